import { describe, expect, it } from "vitest";
import { dataElement, html } from "../../../src/results/report/html.ts";

describe("html", () => {
  it("escapes what is put into it, and nests", () => {
    const name = `<img src=x onerror="alert('1')">&`;
    const inner = html`<b>${name}</b>`;
    expect(html`<p title="${name}">${[inner, 3]}</p>`.text).toBe(
      '<p title="&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;">' +
        "<b>&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;</b>3</p>",
    );
  });

  it("holds data that cannot end its element", () => {
    const { text } = dataElement("x", { name: "</script><script>alert(1)</script><!--" });
    expect(text.match(/<\/?script/g)).toEqual(["<script", "</script"]);
    expect(JSON.parse(text.replace(/<[^>]*>/g, ""))).toEqual({
      name: "</script><script>alert(1)</script><!--",
    });
  });
});
