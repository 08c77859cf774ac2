(() => {
  "use strict";
  const LEAVE = {{ leave_url | tojson }};
  const WORDS = {{ words | tojson }};
  const patience = 5000; // milliseconds for all three presses
  const said = document.createElement("p");
  let presses = 0;
  let alone = false;
  let timer = 0;

  const spoken = (tag) => {
    for (let part = tag; part; part = part.replace(/-?[^-]*$/, "")) {
      const known = Object.keys(WORDS).find((own) => own.toLowerCase() === part.toLowerCase());
      if (known) {
        return known;
      }
    }
    return "";
  };
  const wished = [...navigator.languages, document.documentElement.lang].map(spoken);
  const tongue = wished.find(Boolean) || Object.keys(WORDS)[0];
  const words = WORDS[tongue];
  said.setAttribute("role", "status");
  said.lang = tongue;
  said.dir = words.dir;
  // Set one by one: a site's policy may forbid style attributes, never this.
  Object.assign(said.style, {
    position: "fixed", top: "0", insetInlineStart: "0", zIndex: "2147483647", margin: "0",
    maxWidth: "100%", font: "400 1rem/1.5 system-ui, sans-serif",
    color: "#f7f4ee", background: "#2a2d33",
  });
  document.body.append(said);

  // Blank first, then go: the next page may be slow, and the screen must not wait.
  const leave = () => {
    document.title = "\u00a0";
    say(words.leaving);
    Object.assign(said.style, { width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" });
    document.body.replaceChildren(said);
    document.documentElement.style.background = "Canvas";
    location.replace(LEAVE);
  };

  const say = (text) => {
    if (!said.isConnected) {
      document.body.append(said); // some sites write their body anew
    }
    said.textContent = text;
    said.style.padding = text ? ".5rem 1rem" : "0";
  };

  const forget = (text) => {
    clearTimeout(timer);
    presses = 0;
    say(text);
  };

  const press = () => {
    presses += 1;
    if (presses === 3) {
      clearTimeout(timer);
      leave();
      return;
    }
    say(presses === 1 ? words.two : words.one);
    if (presses === 1) {
      timer = setTimeout(() => forget(words.over), patience);
    }
  };

  // A site that asks "leave this page?" would hold the reader back.
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
  addEventListener("pointerdown", () => { alone = false; }, true); // Shift and a click
  addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!alone) {
      forget("");
    }
  }, true);
  addEventListener("keyup", (event) => {
    if (event.key === "Shift" && alone) {
      alone = false;
      press();
    }
  }, true);
  addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (plain && event.target.closest && event.target.closest("a[data-leave]")) {
      event.preventDefault();
      leave();
    }
  }, true);
  // What comes back from the browser's memory would be the article without the gate.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.reload();
    }
  });
})();
