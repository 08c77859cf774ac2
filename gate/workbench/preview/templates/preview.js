// What a page without script does as well, done without loading it anew.
(() => {
  "use strict";
  const form = document.getElementById("form");
  const said = document.getElementById("said");

  // A frame that is wider than its place is shown smaller, never cut off.
  const fit = () => {
    const device = document.querySelector(".device");
    if (!device) return;
    const stage = device.parentElement;
    device.style.transform = "none";
    stage.style.height = "auto";
    const scale = Math.min(1, (stage.clientWidth - 8) / device.offsetWidth);
    if (scale === 1) return;
    device.style.transform = `scale(${scale})`;
    stage.style.height = `${Math.ceil(device.offsetHeight * scale) + 10}px`;
  };

  const put = (page, id) => {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  };

  let asked = 0;
  const show = async (address, remember) => {
    const number = ++asked;
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number !== asked) return;
    const isAlike = !document.querySelector(".problem, .alert") && !page.querySelector(".problem, .alert");
    if (!answer.ok || !isAlike || !page.getElementById("result")) {
      location.assign(address);
      return;
    }
    for (const id of ["verdict", "sofar", "result", "place-hint", "other-hint", "at-hint"]) put(page, id);
    if (!document.getElementById("edges-list").contains(document.activeElement)) put(page, "edges-list");
    document.title = page.title;
    document.body.dataset.standing = page.body.dataset.standing;
    if (remember) history.replaceState(null, "", address);
    fit();
    said.textContent = document.getElementById("meets").textContent;
  };

  const chosen = () => {
    const told = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) told.append(name, value);
    if (told.get("offset") === "Z" || !told.has("at")) told.delete("offset");
    if (told.get("activity") === "read") told.delete("activity");
    if (told.get("step") === "arrive") told.delete("step");
    return `/?${told}`;
  };

  const resize = width => {
    document.getElementById("pixels").textContent = width;
    const frame = document.getElementById("page");
    if (frame) frame.width = width;
    fit();
  };

  if (form) {
    // On a small screen the choices are folded below the answer.
    const choices = document.getElementById("choices");
    const wide = matchMedia("(min-width: 64rem)");
    const unfold = () => { choices.open = wide.matches || choices.querySelector(".problem") !== null; };
    wide.addEventListener("change", unfold);
    unfold();
    // A link to a field that is folded away opens it.
    document.addEventListener("click", event => {
      if (event.target.closest('#verdict a[href^="#"]')) choices.open = true;
    });
    document.getElementById("width").addEventListener("input", event => resize(event.target.value));
    form.addEventListener("change", event => {
      if (event.target.id === "place") document.getElementById("other").value = "";
      show(chosen(), true);
    });
    form.addEventListener("submit", event => {
      event.preventDefault();
      show(chosen(), true);
    });
  }

  // A click beside a settlement takes the nearest one, or the point if all are far.
  const FAR = 40;
  document.addEventListener("click", event => {
    const map = event.target.closest("svg[data-pick]");
    if (!map || event.target.closest("a")) return;
    const away = link => {
      const box = link.querySelector(".dot").getBoundingClientRect();
      return Math.hypot(box.x + box.width / 2 - event.clientX, box.y + box.height / 2 - event.clientY);
    };
    const links = [...map.querySelectorAll("a")];
    const nearest = links.reduce((one, other) => away(other) < away(one) ? other : one);
    if (away(nearest) <= FAR) {
      location.assign(nearest.getAttribute("href") + "#maps");
      return;
    }
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const spot = new URLSearchParams(map.dataset.query);
    spot.set("map", map.dataset.pick);
    spot.set("x", at.x.toFixed(1));
    spot.set("y", at.y.toFixed(1));
    location.assign(`/point?${spot}`);
  });

  // A saved file is shown within seconds.
  const look = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const now = await (await fetch("/standing")).text();
      if (now !== document.body.dataset.standing) location.reload();
    } catch {
      return;  // the preview has ended, or begins anew
    }
  };
  setInterval(look, 2000);

  addEventListener("resize", fit);
  fit();
})();
