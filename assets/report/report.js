// The behavior of report.html. Without it the page still has every chart and table.
// Runs inside the page as it is: no modules, no network.

{
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  // 1. The address keeps what a reader chose (#hide=a&hide=b&weights=c), so that going back and a link restore it.
  const choices = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  const choose = (change) => {
    const next = choices();
    change(next);
    // An empty hash would scroll to the top.
    location.hash = next.size === 0 ? "all=" : next;
  };
  const restorers = [];
  const restore = () => {
    for (const restorer of restorers) restorer(choices());
  };
  addEventListener("hashchange", () => {
    // An anchor says nothing about choices.
    if (location.hash === "" || location.hash.includes("=")) restore();
  });

  // 2. The legends: a checkbox a method shows and hides its marks, its names and its rows.
  const boxes = all(".methods input");
  const nameOf = (box) => box.closest("label").querySelector("span").textContent;
  const show = () => {
    const hidden = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
    for (const element of all("[data-series]"))
      element.toggleAttribute("hidden", hidden.has(element.dataset.series));
    for (const legend of all(".methods")) {
      const own = all("input", legend);
      const shown = own.filter((box) => box.checked).length;
      legend.querySelector(".shown").textContent =
        shown === own.length ? "all shown" : `${shown} of ${own.length} shown`;
    }
    for (const figure of all("figure")) drawFront(figure);
  };
  const remember = () => {
    choose((next) => {
      next.delete("hide");
      next.delete("all");
      for (const box of boxes) if (!box.checked) next.append("hide", nameOf(box));
    });
    show();
  };
  for (const box of boxes) box.addEventListener("change", remember);
  for (const button of all("[data-all]")) {
    button.addEventListener("click", () => {
      for (const box of all("input", button.closest(".methods"))) box.checked = button.dataset.all !== "";
      remember();
    });
  }
  restorers.push((chosen) => {
    const hidden = chosen.getAll("hide");
    for (const box of boxes) box.checked = !hidden.includes(nameOf(box));
    show();
  });
  // On a phone the boxes would fill the screen.
  if (matchMedia("(max-width: 40rem)").matches)
    for (const legend of all(".methods")) legend.removeAttribute("open");

  // The Pareto front of the marks that are shown: steps from the cheapest on, each better than all before.
  const placeOf = (mark) =>
    mark
      .getAttribute("transform")
      .match(/-?[\d.]+/g)
      .map(Number);
  const drawFront = (figure) => {
    const front = figure.querySelector("[data-front]");
    if (!front) return;
    front.dataset.whole ??= front.getAttribute("d");
    const end = Math.max(...front.dataset.whole.match(/[\d.]+(?=,)/g).map(Number));
    const better = (y, than) => (figure.dataset.better === "up" ? y < than : y > than);
    let path = "";
    let best;
    const places = all("[data-tip][data-series][transform]:not([hidden])", figure).map(placeOf);
    places.sort(([x1, y1], [x2, y2]) => x1 - x2 || (better(y1, y2) ? -1 : 1));
    for (const [x, y] of places) {
      if (best !== undefined && !better(y, best)) continue;
      path += best === undefined ? `M${x},${y}` : `H${x}V${y}`;
      best = y;
    }
    front.setAttribute("d", path ? `${path}H${end}` : "M0,0");
  };

  // 3. Charts: the mark nearest to the pointer says what it is; arrow keys walk through the marks.
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

  // 4. Charts are zoomed by their viewBox: what is seen of the picture, in its own units.
  const WHEEL_STEP = 1.2;
  const BUTTON_STEP = 1.5;
  const MOST_ZOOM = 20;
  const zoomers = new Map();
  for (const figure of all("figure[data-name]")) {
    const chart = figure.querySelector(".chart");
    const svg = chart.querySelector("svg");
    const whole = svg.getAttribute("viewBox").split(" ").map(Number);
    let [x, y, width, height] = whole;
    const look = () => {
      const [, , fullWidth, fullHeight] = whole;
      width = Math.min(fullWidth, Math.max(fullWidth / MOST_ZOOM, width));
      height = (width * fullHeight) / fullWidth;
      x = Math.max(0, Math.min(fullWidth - width, x));
      y = Math.max(0, Math.min(fullHeight - height, y));
      svg.setAttribute("viewBox", [x, y, width, height].map((value) => Number(value.toFixed(2))).join(" "));
      chart.classList.toggle("zoomed", width < fullWidth);
      placeTip();
    };
    const reset = () => {
      [x, y, width, height] = whole;
      look();
    };
    // About a place of the picture, by default its middle.
    const zoom = (factor, [atX, atY] = [x + width / 2, y + height / 2]) => {
      const next = Math.min(whole[2], Math.max(whole[2] / MOST_ZOOM, width / factor));
      x = atX - ((atX - x) * next) / width;
      y = atY - ((atY - y) * next) / width;
      width = next;
      look();
    };
    const inPicture = ({ clientX, clientY }) => {
      const box = svg.getBoundingClientRect();
      return [
        x + ((clientX - box.left) * width) / box.width,
        y + ((clientY - box.top) * height) / box.height,
      ];
    };
    zoomers.set(figure, { in: () => zoom(BUTTON_STEP), out: () => zoom(1 / BUTTON_STEP), reset });

    // The plain wheel scrolls the page.
    chart.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        zoom(event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP, inPicture(event));
      },
      { passive: false },
    );
    chart.addEventListener("keydown", (event) => {
      const actions = { "+": "in", "=": "in", "-": "out", 0: "reset" };
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in actions)) return;
      event.preventDefault();
      zoomers.get(figure)[actions[event.key]]();
    });
    // Dragging moves what is zoomed, and else draws the box to zoom to. Fingers scroll.
    const frame = document.createElement("div");
    frame.className = "selection";
    let from;
    chart.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch" || event.button !== 0) return;
      from = { clientX: event.clientX, clientY: event.clientY, moved: false };
      chart.setPointerCapture(event.pointerId);
    });
    chart.addEventListener("pointermove", (event) => {
      if (!from) return;
      const far = Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY);
      if (!from.moved && far < 5) return;
      hideTip();
      if (width < whole[2]) {
        const [before, now] = [inPicture(from), inPicture(event)];
        x += before[0] - now[0];
        y += before[1] - now[1];
        from = { clientX: event.clientX, clientY: event.clientY, moved: true };
        look();
      } else {
        from.moved = true;
        from.frames = true;
        document.body.append(frame);
        frame.style.left = `${Math.min(from.clientX, event.clientX)}px`;
        frame.style.top = `${Math.min(from.clientY, event.clientY)}px`;
        frame.style.width = `${Math.abs(event.clientX - from.clientX)}px`;
        frame.style.height = `${Math.abs(event.clientY - from.clientY)}px`;
      }
    });
    const release = (event) => {
      frame.remove();
      if (from?.frames && event.type === "pointerup") {
        const [[x1, y1], [x2, y2]] = [inPicture(from), inPicture(event)];
        if (Math.abs(x1 - x2) > 10 && Math.abs(y1 - y2) > 5) {
          // The box whole, in the shape of the picture.
          width = Math.max(Math.abs(x1 - x2), (Math.abs(y1 - y2) * whole[2]) / whole[3]);
          x = (x1 + x2 - width) / 2;
          y = (y1 + y2 - (width * whole[3]) / whole[2]) / 2;
          look();
        }
      }
      from = undefined;
    };
    chart.addEventListener("pointerup", release);
    chart.addEventListener("pointercancel", release);
  }

  // A chart as a file: as it is shown, in light colors, with its font.
  const face = document.querySelector("style").textContent.match(/@font-face\{[^}]*\}/)?.[0] ?? "";
  const pictureOf = (figure) => {
    const picture = figure.querySelector(".chart svg").cloneNode(true);
    picture.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    for (const gone of all("[hidden]", picture)) gone.remove();
    for (const mark of all(".active", picture)) mark.removeAttribute("class");
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    style.textContent = face;
    picture.prepend(style);
    return new XMLSerializer().serializeToString(picture);
  };
  const rasterized = async (figure) => {
    const [width, height] = ["width", "height"].map((side) =>
      Number(figure.querySelector(".chart svg").getAttribute(side)),
    );
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(pictureOf(figure))}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  };
  const specOf = (figure) => JSON.parse(byId(`${figure.dataset.name}-spec`).textContent);
  // The rows that a specification is drawn from: those of the chart, or else of its panels.
  const rowsOf = (spec) => {
    if (Array.isArray(spec.data?.values)) return spec.data.values;
    return (spec.concat ?? []).flatMap((part) =>
      rowsOf(part).map((row) => ({ panel: part.encoding?.description?.value, ...row })),
    );
  };
  const csvOf = (figure) => {
    const rows = rowsOf(specOf(figure));
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const cell = (value) => {
      const text = value == null ? "" : String(value);
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
      .map((line) => `${line.map(cell).join(",")}\n`)
      .join("");
  };
  const files = {
    svg: (figure) => [pictureOf(figure), "image/svg+xml", "svg"],
    png: async (figure) => [await rasterized(figure), "image/png", "png"],
    csv: (figure) => [csvOf(figure), "text/csv", "csv"],
    spec: (figure) => [`${JSON.stringify(specOf(figure), null, 2)}\n`, "application/json", "vl.json"],
  };
  const save = async (figure, kind) => {
    const [content, type, extension] = await files[kind](figure);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = `${figure.dataset.name}.${extension}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  // The clipboard takes the picture while it is drawn: some browsers ask for that.
  const copy = (figure) =>
    navigator.clipboard.write([new ClipboardItem({ "image/png": rasterized(figure) })]);
  for (const button of all("[data-do]")) {
    const figure = button.closest("figure");
    const { do: action } = button.dataset;
    button.addEventListener("click", async () => {
      if (action in zoomers.get(figure)) return zoomers.get(figure)[action]();
      try {
        await (action === "copy" ? copy(figure) : save(figure, action));
        announcer.textContent = action === "copy" ? "Copied." : "Saved.";
      } catch (error) {
        announcer.textContent = `This browser does not allow it: ${error.message}`;
      }
    });
  }

  // 5. Tables: a heading sorts by its column, then the other way round; empty cells stay last.
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

  // 6. The weights of one run: histograms and mask blocks, drawn from the record in the page.
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
    for (const choice of [methodChoice, sparsityChoice]) {
      choice.addEventListener("change", () => {
        choose((next) => {
          next.set("weights", methodChoice.value);
          next.set("pruned", sparsityChoice.value);
        });
        draw();
      });
    }
    const first = { weights: methodChoice.value, pruned: sparsityChoice.value };
    restorers.push((chosen) => {
      methodChoice.value = chosen.get("weights") ?? first.weights;
      sparsityChoice.value = chosen.get("pruned") ?? first.pruned;
      draw();
    });
  }

  // 7. On paper everything is open.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const details of closed) details.open = true;
    for (const { reset } of zoomers.values()) reset();
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });

  restore();
}
