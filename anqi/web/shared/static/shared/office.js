// The desk's keyboard: / finds, j and k walk the rows of a table, o opens the row.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const search = document.querySelector(".of-search input");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    return;
  }
  const rows = [...document.querySelectorAll(".of-table[data-walk] tbody tr")];
  const here = rows.findIndex((row) => row.hasAttribute("data-here"));
  if (event.key === "o" && here >= 0) rows[here].querySelector("a")?.click();
  const step = { j: 1, k: -1 }[event.key];
  if (!step || !rows.length) return;
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  rows.forEach((row) => row.toggleAttribute("data-here", row === next));
  next.querySelector("a")?.focus();
});
