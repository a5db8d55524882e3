#!/usr/bin/env bash
# The package as npm would ship it, which npm pack has put into the scratch folder, in an empty folder: the pages' own
# commands work there. Usage: packed.sh SCRATCH
set -euo pipefail
scratch=$1
fail() { echo "FAILED: $1"; exit 1; }
root=$(pwd)
tarball=$(ls "$scratch"/prune-lab-*.tgz)
mkdir "$scratch/user" && cd "$scratch/user"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-dev "$tarball"
package=node_modules/prune-lab

# Prints the block of a page of the package, of a language, that holds a text.
block() { node "$root/scripts/page-block.mjs" "$package/docs/$1.md" "$2" "$3"; }
# What npx starts, without the start of npx; the pages' own commands have that.
lab() { node_modules/.bin/prune-lab "$@"; }
expect() {
  local wanted=$1 code=0
  shift
  "$@" >out.txt 2>err.txt || code=$?
  [ "$code" = "$wanted" ] || { cat out.txt err.txt; fail "exit code $code instead of $wanted: $*"; }
}

echo "--- the licenses of the packages that are part of the bundle"
grep -q '^zod [0-9]' "$package/dist/bundle/LICENSES.txt" || fail "no license of zod"

echo "--- docs/ci.md: a baseline, and a check that passes"
mkdir ci
block ci yaml "source: bundled" >ci/curve.yaml
block ci bash "--update" >make-baseline.sh
block ci bash "npm ci" >gate.sh
expect 0 bash -euo pipefail make-baseline.sh
[ -s ci/curve.csv ] || fail "no baseline"
expect 0 bash -euo pipefail gate.sh
grep -q 'Identical to the baseline' out.txt || fail "the check does not pass"
[ "$(wc -l <history.jsonl)" = 1 ] || fail "the history has not one line"
head -n 1 curve.md | grep -q '^<!-- prune-lab check: ci/curve.csv -->$' || fail "the comment has no mark"

echo "--- docs/ci.md: a regression ends with 1, a wrong job with 2 and a JUnit report"
sed 's/epochs: 1 }/epochs: 0 }/' ci/curve.yaml >ci/worse.yaml
expect 0 lab sweep --config ci/worse.yaml --out results/worse --no-charts --quiet
expect 1 lab check results/worse --against ci/curve.csv --junit worse.xml --comment worse.md
grep -q '<failure' worse.xml || fail "no failure in the JUnit report"
grep -q '^```mermaid' worse.md || fail "no chart in the comment"
rm -f worse.xml
expect 2 lab check results/worse --against ci/none.csv --junit worse.xml
grep -q '<testsuite' worse.xml || fail "no JUnit report of a check that could not be made"
expect 0 lab check results/worse --against ci/curve.csv --update

echo "--- the exact gate of the package"
expect 0 lab sweep --config "$package/configs/ci/exact.yaml" --out results/exact --no-charts --quiet
expect 0 lab check results/exact --against "$package/configs/ci/exact.csv" --exact

echo "--- the example of the library, and of plugins"
cp "$package/docs/library-example.mjs" .
expect 0 node library-example.mjs
grep -q '^check: identical' out.txt || fail "the library example ends otherwise"
block plugins js "lamp.mjs" >lamp.mjs
block plugins yaml "criterion: lamp" >lamp.yaml
tiny=(--set train.epochs=1 --set prune.finetune.epochs=1 --set 'prune.sparsities=[0, 0.9]' --set 'seeds=[0]' --set dataset.source=bundled)
expect 0 lab list criteria --plugin lamp.mjs
grep -q lamp out.txt || fail "the plugin is not listed"
expect 0 lab sweep --config lamp.yaml --plugin lamp.mjs "${tiny[@]}" --out results/lamp --no-charts --quiet

echo "--- a plugin whose options are of a zod that it finds by itself"
cat >own-zod.mjs <<'PLUGIN'
import { z } from "zod";
const power = z.number().max(4).default(2).describe("The power of the magnitude.");
export default ({ scoreEach }) => ({
  criteria: [
    {
      name: "power",
      summary: "A power of the magnitude.",
      options: z.strictObject({ power }),
      scores: (evidence, options) =>
        scoreEach(evidence, (values) => values.map((value) => Math.abs(value) ** options.power)),
    },
  ],
});
PLUGIN
sed 's/{ name: lamp-by-plugin, criterion: lamp,/{ name: by-power, criterion: { name: power, power: 3 },/' lamp.yaml >power.yaml
expect 0 lab sweep --config power.yaml --plugin own-zod.mjs "${tiny[@]}" --out results/power --no-charts --quiet
sed -i 's/power: 3/power: 9/' power.yaml
expect 2 lab sweep --config power.yaml --plugin own-zod.mjs --dry-run
grep -q 'power: 9 is too large: at most 4' err.txt || fail "an option of the plugin's own zod is not explained"

echo "--- every command"
expect 0 lab sweep --config mnist-mlp "${tiny[@]}" --dry-run
expect 0 lab sweep --config mnist-mlp "${tiny[@]}" --out results/mnist-mlp --quiet
expect 0 lab report results/mnist-mlp
expect 0 lab report results/mnist-mlp results/lamp --out both.html
for format in safetensors safetensors-compressed onnx torch web; do
  expect 0 lab export results/mnist-mlp/checkpoints/baseline-seed0.safetensors --format "$format"
done
expect 0 lab batch mnist-mlp lab-one-shot "${tiny[@]}" --dry-run
expect 0 lab batch mnist-mlp --matrix <(echo 'train.batchSize: [64, 128]') "${tiny[@]}" --out results/batch --quiet
for part in 1 2; do expect 0 lab sweep --config mnist-mlp "${tiny[@]}" --shard "$part/2" --out "part-$part" --quiet; done
expect 0 lab merge results/merged part-1 part-2
cmp results/mnist-mlp/results.csv results/merged/results.csv
expect 0 lab init mine.yaml
expect 0 lab sweep --config mine.yaml --dry-run
expect 0 lab list
expect 0 lab schema
expect 0 lab doctor
for command in sweep batch merge check report export init list data setup schema doctor; do expect 0 lab "$command" --help; done
