(() => {
  "use strict";
  const link = document.querySelector("a[data-leave]");
  const said = document.querySelector("[role=status]");
  const patience = 5000; // milliseconds for all three presses
  let presses = 0;
  let alone = false;
  let timer = 0;

  // Blank first, then go: the next page may be slow, and the screen must not wait.
  const leave = () => {
    const to = link.href;
    document.title = "\u00a0";
    said.textContent = said.dataset.leaving;
    said.className = "unseen";
    document.body.replaceChildren(said);
    location.replace(to);
  };

  const forget = (words) => {
    clearTimeout(timer);
    presses = 0;
    said.textContent = words;
  };

  const press = () => {
    presses += 1;
    if (presses === 3) {
      clearTimeout(timer);
      leave();
      return;
    }
    said.textContent = presses === 1 ? said.dataset.two : said.dataset.one;
    if (presses === 1) {
      timer = setTimeout(() => forget(said.dataset.over), patience);
    }
  };

  addEventListener("pointerdown", () => { alone = false; }); // Shift and a click
  addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!alone && presses) {
      forget("");
    }
  });
  addEventListener("keyup", (event) => {
    if (event.key === "Shift" && alone) {
      alone = false;
      press();
    }
  });
  addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (plain && event.target.closest("a[data-leave]")) {
      event.preventDefault();
      leave();
    }
  });
  // A page that comes back from the browser's memory would be blank or stale.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.reload();
    }
  });
  document.querySelector(".hint").hidden = false;
})();
