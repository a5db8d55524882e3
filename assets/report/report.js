// The behavior of report.html. Without it the page still has every chart and table.
// Runs inside the page as it is: no modules, no network.

{
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  // 1. The legend: a checkbox a method shows and hides its marks and rows everywhere.
  for (const box of all("#methods input")) {
    const apply = () => {
      for (const element of all(`[data-series="${box.value}"]`))
        element.toggleAttribute("hidden", !box.checked);
    };
    box.addEventListener("change", apply);
    apply();
  }

  // 2. Charts: the mark nearest to the pointer says what it is; arrow keys walk through the marks.
  const REACH = 28;
  const tip = byId("tip");
  const announcer = byId("announcer");
  let shownMark;

  const hideTip = () => {
    shownMark?.classList.remove("active");
    shownMark = undefined;
    tip.hidden = true;
  };
  const showTip = (mark) => {
    if (mark === shownMark) return;
    hideTip();
    shownMark = mark;
    mark.classList.add("active");
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    placeTip();
  };
  // Also after scrolling, which the arrow keys cause: the tip goes with its mark.
  const placeTip = () => {
    if (!shownMark) return;
    const target = shownMark.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const center = target.left + target.width / 2 - width / 2;
    const above = target.top - height - 10;
    tip.style.left = `${Math.max(6, Math.min(center, document.documentElement.clientWidth - width - 6))}px`;
    tip.style.top = `${above < 6 ? target.bottom + 10 : above}px`;
  };
  const visibleMarks = (chart) => all("[data-tip]:not([hidden])", chart);
  const distance = ({ left, right, top, bottom }, x, y) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));

  for (const chart of all(".chart")) {
    chart.addEventListener("pointermove", ({ clientX, clientY }) => {
      const near = visibleMarks(chart)
        .map((mark) => {
          const box = mark.getBoundingClientRect();
          // Of a mark within a larger one, the smaller.
          return { mark, far: distance(box, clientX, clientY) + 1e-4 * Math.max(box.width, box.height) };
        })
        .filter(({ far }) => far < REACH)
        .sort((a, b) => a.far - b.far)[0];
      if (near) showTip(near.mark);
      else hideTip();
    });
    chart.addEventListener("pointerleave", hideTip);
    chart.addEventListener("blur", hideTip);
    chart.addEventListener("scroll", placeTip);
    chart.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return hideTip();
      const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
      const ends = { Home: 0, End: -1 };
      if (!(event.key in moves) && !(event.key in ends)) return;
      // Method by method, from left to right.
      const marks = visibleMarks(chart)
        .map((mark) => ({
          mark,
          series: Number(mark.dataset.series ?? -1),
          box: mark.getBoundingClientRect(),
        }))
        .sort((a, b) => a.series - b.series || a.box.left - b.box.left || a.box.top - b.box.top)
        .map(({ mark }) => mark);
      if (marks.length === 0) return;
      event.preventDefault();
      const at = marks.indexOf(shownMark);
      const next =
        event.key in ends
          ? marks.at(ends[event.key])
          : marks[at < 0 ? 0 : Math.max(0, Math.min(marks.length - 1, at + moves[event.key]))];
      hideTip();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
      showTip(next);
      announcer.textContent = next.dataset.tip;
    });
  }
  addEventListener("scroll", placeTip, { passive: true });

  // 3. Tables: a heading sorts by its column, then the other way round; empty cells stay last.
  for (const table of all("table.sortable")) {
    const body = table.tBodies[0];
    const headings = all("thead th", table);
    headings.forEach((heading, column) => {
      heading.querySelector("button").addEventListener("click", () => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = [...body.rows].map((row) => {
          const { value } = row.cells[column].dataset;
          return { row, value, number: Number(value) };
        });
        const numeric = keyed.every(({ value, number }) => value === "" || !Number.isNaN(number));
        keyed.sort((a, b) => {
          if (a.value === "" || b.value === "") return (a.value === "") - (b.value === "");
          const order = numeric
            ? a.number - b.number
            : a.value.localeCompare(b.value, "en", { numeric: true });
          return down ? -order : order;
        });
        body.append(...keyed.map(({ row }) => row));
      });
    });
  }

  // 4. The weights of one run: histograms and mask blocks, drawn from the record in the page.
  const weightsElement = byId("weights-data");
  if (weightsElement) {
    const weights = JSON.parse(weightsElement.textContent);
    const methodChoice = byId("weights-method");
    const sparsityChoice = byId("weights-sparsity");
    const panels = byId("weights-panels");

    const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const counts = (text) => {
      const view = new DataView(bytes(text).buffer);
      return Array.from({ length: view.byteLength / 4 }, (_, i) => view.getUint32(4 * i, true));
    };
    const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)}%`;
    const short = (value) => Number(value.toPrecision(2)).toString();

    const make = (name, attributes = {}, children = []) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...children);
      return element;
    };
    const text = (x, y, anchor, content) =>
      make("text", { x, y, "text-anchor": anchor, class: "note" }, [content]);

    const WIDTH = 240;
    const HEIGHT = 90;
    const histogram = (tensor, limit, described) => {
      const values = counts(tensor.histogram);
      const most = Math.max(1, ...values);
      const x = (value) => (((value + limit) / (2 * limit)) * WIDTH).toFixed(1);
      const step = (2 * tensor.limit) / values.length;
      const bars = values
        .map(
          (value, bin) =>
            `V${(HEIGHT * (1 - value / most)).toFixed(1)}H${x((bin + 1) * step - tensor.limit)}`,
        )
        .join("");
      return make(
        "svg",
        { viewBox: `0 0 ${WIDTH} ${HEIGHT + 18}`, role: "img", "aria-label": `Histogram. ${described}` },
        [
          make("path", { class: "bars", d: `M${x(-tensor.limit)},${HEIGHT}${bars}V${HEIGHT}Z` }),
          make("path", { class: "axis", d: `M0,${HEIGHT}H${WIDTH}` }),
          make("path", { class: "zero", d: `M${WIDTH / 2},0V${HEIGHT}` }),
          text(0, HEIGHT + 14, "start", `−${short(limit)}`),
          text(WIDTH / 2, HEIGHT + 14, "middle", "0"),
          text(WIDTH, HEIGHT + 14, "end", short(limit)),
        ],
      );
    };
    const block = (tensor, described) => {
      const { rows, columns } = tensor;
      const packed = bytes(tensor.block);
      let path = "";
      for (let i = 0; i < rows * columns; i++) {
        if ((packed[i >> 3] >> (i & 7)) & 1) path += `M${i % columns},${Math.floor(i / columns)}h1v1h-1z`;
      }
      return make(
        "svg",
        {
          class: "block",
          viewBox: `0 0 64 ${rows}`,
          role: "img",
          "aria-label": `Mask of the first ${rows} by ${columns} weights. ${described}`,
        },
        [
          make("rect", { class: "frame", width: columns, height: rows }),
          make("path", { class: "bars", d: path || "M0,0" }),
        ],
      );
    };

    const panel = (tensor, limit, series) => {
      const facts = [
        `${percent(tensor.size - tensor.nonzero, tensor.size)} of ${tensor.size.toLocaleString("en-US")} are 0`,
        `${percent(tensor.nearZero, tensor.size)} within ±${weights.nearZero}`,
      ].join("; ");
      const figure = document.createElement("figure");
      figure.className = series === undefined ? "panel" : `panel s${series}`;
      const caption = document.createElement("figcaption");
      const name = document.createElement("b");
      name.textContent = tensor.name;
      caption.append(name, ` ${facts}`);
      figure.append(caption, histogram(tensor, limit, `${tensor.name}: ${facts}`));
      // A full block says nothing.
      if (tensor.nonzero < tensor.size) figure.append(block(tensor, `${tensor.name}: ${facts}`));
      return figure;
    };

    const row = (title, children) => {
      const section = document.createElement("div");
      section.className = "panels";
      const heading = document.createElement("h3");
      heading.textContent = title;
      section.append(heading, ...children);
      return section;
    };

    const draw = () => {
      const point = weights.points.find(
        ({ method, sparsity }) => method === methodChoice.value && sparsity === sparsityChoice.value,
      );
      if (!point) return panels.replaceChildren();
      const limits = weights.before.map(({ limit }, i) => Math.max(limit, point.after[i].limit) || 1);
      panels.replaceChildren(
        row(
          "Before pruning",
          weights.before.map((tensor, i) => panel(tensor, limits[i])),
        ),
        row(
          `${point.method}, ${point.sparsity} pruned`,
          point.after.map((tensor, i) => panel(tensor, limits[i], point.series)),
        ),
      );
    };
    methodChoice.addEventListener("change", draw);
    sparsityChoice.addEventListener("change", draw);
    draw();
  }
}
