(() => {
  const root = document.documentElement;
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const toggle = document.getElementById("theme");
  const name = () => { toggle.textContent = dark() ? "Light" : "Dark"; };
  toggle.hidden = false;
  toggle.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
  name();

  const filters = document.getElementById("filters");
  const rows = [...document.querySelectorAll("details.question")];
  const words = rows.map((row) => row.textContent.toLowerCase());
  const count = document.getElementById("count");
  const apply = () => {
    const wanted = filters.elements.text.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = ["outcome", "kind", "split", "set"].every((key) => {
        const field = filters.elements[key];
        return !field || !field.value || row.dataset[key] === field.value;
      });
      row.hidden = !(fits && wanted.every((word) => words[at].includes(word)));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = `${shown} of ${rows.length}`;
  };
  filters.hidden = false;
  filters.addEventListener("input", apply);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.elements.open.addEventListener("click", () => {
    const shown = rows.filter((row) => !row.hidden);
    const open = shown.some((row) => !row.open);
    shown.forEach((row) => { row.open = open; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      filters.elements.text.focus();
    }
  });
  apply();
})();
