// What the page can do without this: everything. This adds a search box, sorting and
// an address that keeps what is shown.
"use strict";
(() => {
  const section = document.querySelector(".tasks");
  const table = section && section.querySelector("table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const tools = section.querySelector(".tools");
  const find = tools.querySelector("input");
  const said = tools.querySelector("[role=status]");
  const radios = Array.from(section.querySelectorAll("input[name=show]"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const order = new Intl.Collator("en", { numeric: true });
  const state = { show: "all", find: "", sort: "" };
  let timer = 0;

  const keep = () => {
    const words = new URLSearchParams();
    if (state.show !== "all") words.set("show", state.show);
    if (state.find) words.set("find", state.find);
    if (state.sort) words.set("sort", state.sort);
    const wanted = words.size ? "#tasks:" + words : "";
    if (!wanted && !location.hash.startsWith("#tasks:")) return;
    try {
      history.replaceState(null, "", wanted || "#tasks");
    } catch (error) {
      // a page opened in a way that has no address of its own: nothing is kept
    }
  };

  const tell = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const n = rows.filter(
        (row) => !row.hidden && (state.show === "all" || row.classList.contains(state.show))
      ).length;
      said.textContent = n + " of " + rows.length + " tasks shown";
    }, 300);
  };

  const search = () => {
    const wanted = state.find.toLowerCase();
    rows.forEach((row, i) => {
      row.hidden = wanted !== "" && !texts[i].includes(wanted);
    });
  };

  const key = (row, column) => {
    const cell = row.cells[column];
    return cell ? cell.dataset.key || cell.textContent : "";
  };

  const sort = () => {
    const column = parseInt(state.sort, 10);
    const down = state.sort.endsWith("d");
    heads.forEach((head, i) => {
      if (i === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const sorted = rows.slice();
    if (column >= 0) {
      sorted.sort((a, b) => order.compare(key(a, column), key(b, column)) * (down ? -1 : 1));
    }
    body.append(...sorted);
  };

  const draw = () => {
    search();
    tell();
    keep();
  };

  heads.forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      state.sort = state.sort === i + "a" ? i + "d" : i + "a";
      sort();
      draw();
    });
  });
  radios.forEach((radio) =>
    radio.addEventListener("change", () => {
      state.show = radio.value;
      draw();
    })
  );
  find.addEventListener("input", () => {
    state.find = find.value.trim();
    draw();
  });

  const restore = () => {
    const words = new URLSearchParams(
      location.hash.startsWith("#tasks:") ? location.hash.slice(7) : ""
    );
    const radio = radios.find((r) => r.value === words.get("show"));
    if (radio) radio.checked = true;
    state.show = (radios.find((r) => r.checked) || { value: "all" }).value;
    state.find = find.value = words.get("find") || "";
    state.sort = /^\d{1,3}[ad]$/.test(words.get("sort") || "") ? words.get("sort") : "";
    if (state.sort) sort();
    search();
    tell();
  };
  tools.hidden = false;
  window.addEventListener("hashchange", restore);
  restore();
})();
