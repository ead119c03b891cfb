// The picture at /network: groups and what belongs to them, from /network/data. A click shows what
// is connected; the table below the picture says the same.

import cytoscape from "cytoscape";

const box = document.getElementById("net");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

if (box) start().catch(() => say(box.dataset.broken));

async function start() {
  box.hidden = false;
  const answer = await fetch(box.dataset.from);
  if (!answer.ok) throw new Error(answer.statusText);
  const data = await answer.json();
  const picture = document.createElement("div");
  picture.className = "picture";
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", box.dataset.label);
  box.replaceChildren(picture);
  const narrow = box.clientWidth < 600 && !box.dataset.focus && data.nodes.length > 60;
  const core = cytoscape({
    container: picture,
    elements: elements(data, narrow),
    style: look(),
    layout: { name: "preset" },
    minZoom: 0.15,
    maxZoom: 3,
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
    autounselectify: true,
  });
  const began = performance.now();
  lay(core);
  box.dataset.laid = Math.round(performance.now() - began);
  new Chosen(core, data);
  tools(core);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => core.style(look()));
  picture.addEventListener("pointerdown", () => core.userZoomingEnabled(true));
  box.addEventListener("mouseleave", () => core.userZoomingEnabled(false));
  document.querySelector(".legend").hidden = false;
  document.getElementById("partial").hidden = !narrow;
}

function say(text) {
  const line = document.createElement("p");
  line.className = "said";
  line.setAttribute("role", "status");
  line.textContent = text;
  box.replaceChildren(line);
}

/** Nodes and ties; on a `narrow` screen without the members that are in one group only. */
function elements({ nodes, ties }, narrow) {
  const degree = nodes.map(() => 0);
  for (const { group, member } of ties) {
    degree[group] += 1;
    degree[member] += 1;
  }
  const shown = nodes.map(({ group }, i) => group || !narrow || degree[i] > 1);
  return [
    ...nodes.map(({ iri, name, group }, i) => ({
      data: { id: `n${i}`, i, name, short: shortened(name, narrow ? 30 : 60), degree: degree[i] },
      classes: `${group ? "group" : "member"}${nodes.length < 70 ? " named" : ""}${iri === box.dataset.focus ? " focus" : ""}`,
    })),
    ...ties.map(({ group, member }, i) => ({
      data: { id: `t${i}`, source: `n${group}`, target: `n${member}` },
    })),
  ].filter(({ data: { i, source, target } }) =>
    i === undefined ? shown[source.slice(1)] && shown[target.slice(1)] : shown[i],
  );
}

function shortened(name, most) {
  return name.length > most ? `${name.slice(0, most - 2).trimEnd()}…` : name;
}

/** Groups around a circle, members near their groups, then let springs do the rest. */
function lay(core) {
  const groups = core.nodes(".group");
  const radius = 60 * Math.sqrt(core.nodes().length);
  groups.forEach((node, k) => {
    const angle = (2 * Math.PI * k) / groups.length;
    node.position({ x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
  });
  core.nodes(".member").forEach((node, k) => {
    const near = node.neighborhood("node").map((one) => one.position());
    const mean = (axis) => near.reduce((sum, point) => sum + point[axis], 0) / (near.length || 1);
    const turn = 2.4 * k; // the golden angle spreads what has the same groups
    node.position({ x: mean("x") + 60 * Math.cos(turn), y: mean("y") + 60 * Math.sin(turn) });
  });
  core.layout({
    name: "cose",
    animate: false,
    randomize: false,
    fit: false,
    idealEdgeLength: () => 50,
    nodeRepulsion: (node) => (node.hasClass("group") ? 40000 : 9000),
    nodeOverlap: 10,
    gravity: 0.6,
    componentSpacing: 40,
    numIter: core.nodes().length > 400 ? 100 : 300,
  }).run();
  fill(core);
}

/** Spread the picture over its box, so that names can be read at the first zoom. */
function fill(core) {
  const size = { x: core.width(), y: core.height() };
  const margin = { x: Math.min(80, size.x / 5), y: 40 };
  for (const axis of ["x", "y"]) {
    const sorted = core.nodes().sort((one, other) => one.position(axis) - other.position(axis));
    const low = sorted.first().position(axis);
    const span = sorted.last().position(axis) - low || 1;
    const room = size[axis] - 2 * margin[axis];
    const places = sorted.map((node, rank) => {
      const even = rank / Math.max(1, sorted.length - 1); // crowded parts get more room
      return margin[axis] + room * (0.5 * ((node.position(axis) - low) / span) + 0.5 * even);
    });
    core.batch(() => sorted.forEach((node, rank) => node.position(axis, places[rank])));
  }
  separate(core, size);
  core.viewport({ zoom: 1, pan: { x: 0, y: 0 } });
}

/** Push apart what lies over each other, with the names that are always shown. */
function separate(core, size) {
  const boxes = core.nodes().map((node) => {
    const { x, y } = node.position();
    const around = node.boundingBox({ includeLabels: node.pstyle("min-zoomed-font-size").value < 10 });
    return { node, x, y, left: x - around.x1, right: around.x2 - x, up: y - around.y1, down: around.y2 - y };
  });
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  for (let round = 0; round < 120; round++) {
    let moved = false;
    for (let a = 0; a < boxes.length; a++) {
      for (let b = a + 1; b < boxes.length; b++) {
        const [one, other] = [boxes[a], boxes[b]];
        const over = one.x <= other.x ? [one, other] : [other, one];
        const wide = over[0].x + over[0].right + 4 - (over[1].x - over[1].left);
        const above = one.y <= other.y ? [one, other] : [other, one];
        const high = above[0].y + above[0].down + 3 - (above[1].y - above[1].up);
        if (wide <= 0 || high <= 0) continue;
        moved = true;
        if (wide < high) {
          over[0].x -= wide / 3;
          over[1].x += wide / 3;
        } else {
          above[0].y -= high / 3;
          above[1].y += high / 3;
        }
      }
    }
    for (const one of boxes) {
      one.x = clamp(one.x, one.left + 4, size.x - one.right - 4);
      one.y = clamp(one.y, one.up + 4, size.y - one.down - 4);
    }
    if (!moved) break;
  }
  core.batch(() => boxes.forEach(({ node, x, y }) => node.position({ x, y })));
}

function look() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return [
    {
      selector: "node",
      style: {
        label: "data(short)",
        color: colour("ink"),
        "font-family": "system-ui, sans-serif",
        "font-size": 11,
        "min-zoomed-font-size": 15,
        "text-outline-color": colour("raised"),
        "text-outline-width": 2,
        "text-wrap": "wrap",
        "text-max-width": 130,
        "text-valign": "bottom",
        "text-margin-y": 3,
        "overlay-opacity": 0,
      },
    },
    {
      selector: ".group",
      style: {
        shape: "round-rectangle",
        width: "mapData(degree, 1, 30, 18, 40)",
        height: "mapData(degree, 1, 30, 12, 26)",
        "background-color": colour("accent"),
        "font-size": 12,
        "font-weight": 600,
        "min-zoomed-font-size": 6,
      },
    },
    {
      selector: ".member",
      style: {
        width: "mapData(degree, 1, 10, 9, 26)",
        height: "mapData(degree, 1, 10, 9, 26)",
        "background-color": colour("derived"),
      },
    },
    {
      selector: ".member[degree > 2]",
      style: { "font-size": 12, "min-zoomed-font-size": 6 },
    },
    { selector: ".named", style: { "min-zoomed-font-size": 6 } },
    {
      selector: ".focus",
      style: { "border-width": 3, "border-color": colour("ink"), "font-weight": 700 },
    },
    {
      selector: "edge",
      style: { width: 1, "line-color": colour("strong-line"), opacity: 0.55, "curve-style": "haystack" },
    },
    { selector: ".faded", style: { opacity: 0.14 } },
    { selector: "edge.lit", style: { width: 2, opacity: 1, "line-color": colour("derived") } },
    { selector: "node.lit", style: { "min-zoomed-font-size": 0 } },
  ];
}

/** What is said of the node that was clicked. */
class Chosen {
  constructor(core, data) {
    this.core = core;
    this.data = data;
    this.panel = document.createElement("div");
    this.panel.className = "chosen";
    this.panel.hidden = true;
    box.append(this.panel);
    core.on("tap", "node", ({ target }) => this.show(target));
    core.on("tap", ({ target }) => target === core && this.hide());
    core.on("mouseover", "node", () => (box.style.cursor = "pointer"));
    core.on("mouseout", "node", () => (box.style.cursor = ""));
    box.addEventListener("keydown", ({ key }) => key === "Escape" && this.hide());
  }

  hide() {
    this.panel.hidden = true;
    this.core.elements().removeClass("faded lit");
  }

  show(target) {
    const near = target.closedNeighborhood();
    this.core.batch(() => {
      this.core.elements().removeClass("lit").addClass("faded");
      near.removeClass("faded").addClass("lit");
    });
    const { nodes, ties } = this.data;
    const i = target.data("i");
    const node = nodes[i];
    const title = make("h3", {}, node.name);
    const links = make("p", { className: "row tight" });
    links.append(
      make("a", { href: box.dataset.root + node.page }, box.dataset.open),
      make("a", { href: focused(node.iri) }, box.dataset.near),
    );
    const list = make("ul", {});
    for (const tie of ties) {
      const other = tie.group === i ? tie.member : tie.member === i ? tie.group : -1;
      if (other < 0) continue;
      const item = make("li", {});
      item.append(make("a", { href: box.dataset.root + nodes[other].page }, nodes[other].name));
      if (tie.label) item.append(make("span", { className: "quiet small" }, ` ${tie.label}`));
      list.append(item);
    }
    const close = make("button", { type: "button", className: "plain close" }, "×");
    close.setAttribute("aria-label", box.dataset.close);
    close.addEventListener("click", () => this.hide());
    this.panel.replaceChildren(close, title, make("p", { className: "quiet" }, node.kind), links, list);
    this.panel.hidden = false;
  }
}

function focused(iri) {
  const page = box.dataset.page;
  return `${page}${page.includes("?") ? "&" : "?"}focus=${encodeURIComponent(iri)}`;
}

function make(name, properties, text = "") {
  const element = Object.assign(document.createElement(name), properties);
  element.textContent = text;
  return element;
}

/** Buttons to zoom, for those who have no wheel. */
function tools(core) {
  const bar = make("div", { className: "tools" });
  const zoom = (factor) => {
    const level = core.zoom() * factor;
    const centre = { x: core.width() / 2, y: core.height() / 2 };
    if (calm) core.zoom({ level, renderedPosition: centre });
    else core.animate({ zoom: { level, renderedPosition: centre }, duration: 150 });
  };
  const actions = [
    ["+", box.dataset.in, () => zoom(1.4)],
    ["−", box.dataset.out, () => zoom(1 / 1.4)],
    ["⤢", box.dataset.whole, () => core.fit(undefined, 20)],
  ];
  for (const [sign, label, act] of actions) {
    const button = make("button", { type: "button", className: "plain", title: label }, sign);
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    bar.append(button);
  }
  box.append(bar);
}
