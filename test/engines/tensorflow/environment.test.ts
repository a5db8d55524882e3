import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { hostEnvironment, threadCount } from "../../../src/engines/tensorflow/environment.ts";

test("the deterministic mode and float32 products cannot be switched off from outside", () => {
  const environment = hostEnvironment({ TF_DETERMINISTIC_OPS: "0", NVIDIA_TF32_OVERRIDE: "1" }, []);
  expect(environment).toMatchObject({
    TF_DETERMINISTIC_OPS: "1",
    TF_CUDNN_DETERMINISTIC: "1",
    NVIDIA_TF32_OVERRIDE: "0",
  });
});

test("threads, memory and what is logged are the user's to choose", () => {
  expect(hostEnvironment({ TF_CPP_VMODULE: "executor=2" }, []).TF_CPP_VMODULE).toBe("executor=2");
  expect(hostEnvironment({ TF_NUM_INTRAOP_THREADS: "3" }, []).TF_NUM_INTRAOP_THREADS).toBe("3");
  expect(hostEnvironment({ TF_FORCE_GPU_ALLOW_GROWTH: "false" }, []).TF_FORCE_GPU_ALLOW_GROWTH).toBe("false");
  expect(threadCount({})).toBe(String(availableParallelism()));
});

test("the installed CUDA libraries are found before the system's", () => {
  expect(hostEnvironment({ LD_LIBRARY_PATH: "/usr/lib" }, ["/a", "/b"]).LD_LIBRARY_PATH).toBe(
    "/a:/b:/usr/lib",
  );
  expect(hostEnvironment({}, [])).not.toHaveProperty("LD_LIBRARY_PATH");
});
