// Adds "previous" and "next" buttons to strips that are longer than the page is wide.
// Without it a strip still scrolls by touch, wheel and keyboard.
(() => {
  const tiny = 2; // pixels by which browsers round scroll positions

  function button(label, sign, row) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "recommender-strip__button";
    element.setAttribute("aria-label", label);
    element.textContent = sign;
    element.addEventListener("click", () => {
      const forwards = sign === "→" ? 1 : -1;
      const rtl = getComputedStyle(row).direction === "rtl" ? -1 : 1;
      if (element.getAttribute("aria-disabled") !== "true") {
        row.scrollBy({ left: forwards * rtl * row.clientWidth * 0.9 });
      }
    });
    return element;
  }

  function visible(row) {
    const frame = row.getBoundingClientRect();
    const shown = [...row.children].flatMap((item, index) => {
      const box = item.getBoundingClientRect();
      const middle = (box.left + box.right) / 2;
      return middle > frame.left && middle < frame.right ? [index + 1] : [];
    });
    return [shown[0], shown[shown.length - 1]];
  }

  function enhance(strip) {
    const row = strip.querySelector(".recommender-strip__row");
    const texts = strip.dataset; // in the page's language; a host's own template may lack them
    const back = button(texts.textPrevious ?? "Previous", "←", row);
    const on = button(texts.textNext ?? "Next", "→", row);
    const buttons = document.createElement("div");
    buttons.className = "recommender-strip__buttons";
    buttons.append(back, on);
    const status = document.createElement("p");
    status.className = "recommender-strip__status";
    status.setAttribute("aria-live", "polite");
    let isMoved = false;

    function update() {
      const place = Math.abs(row.scrollLeft);
      const room = row.scrollWidth - row.clientWidth;
      buttons.hidden = room <= tiny;
      back.setAttribute("aria-disabled", String(place <= tiny));
      on.setAttribute("aria-disabled", String(place >= room - tiny));
      if (isMoved) {
        const [first, last] = visible(row);
        const values = { first, last, count: row.children.length };
        const text = texts.textPlace ?? "Products {first} to {last} of {count}";
        status.textContent = text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
      }
    }

    let waiting;
    row.addEventListener("scroll", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { isMoved = true; update(); }, 150);
    }, { passive: true });
    new ResizeObserver(update).observe(row);
    strip.querySelector(".recommender-strip__heading").after(buttons);
    strip.append(status);
  }

  document.querySelectorAll(".recommender-strip").forEach(enhance);
})();
