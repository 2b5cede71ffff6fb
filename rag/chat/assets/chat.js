// What the page does in the browser: turns clicks on [data-act] into events, keeps the reader's place, shows cards.
// Nothing of a document is ever run: texts arrive escaped, and only attributes of ours are read.
window.pilcrow = (() => {
  "use strict";
  const KEY = "pilcrow.person";
  const LAST = "pilcrow.conversation";
  const WIDE = window.matchMedia("(min-width: 1100px)");
  const address = new URLSearchParams(window.location.search);

  const recall = (key) => { try { return localStorage.getItem(key) || ""; } catch { return ""; } };
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window: kept for this visit only */ } };

  // crypto.randomUUID is missing on plain http from another machine; getRandomValues is not.
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  let person = "";
  function arrive() {
    person = recall(KEY) || fresh();
    keep(KEY, person);
    return [person, address.get("q") ? "" : recall(LAST)];
  }

  // ---- speaking to screen readers --------------------------------------------------------------------------------
  let announcer;
  function say(text) {
    if (!announcer) {
      announcer = document.createElement("div");
      announcer.className = "unseen";
      announcer.id = "announcer";
      announcer.setAttribute("role", "status");
      document.body.append(announcer);
    }
    if (text && announcer.textContent !== text) announcer.textContent = text;
  }

  // ---- acts that need no server ----------------------------------------------------------------------------------
  async function copy(text, button) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.classList.add("done");
    say(button.textContent + " ✓");
    setTimeout(() => button.classList.remove("done"), 1600);
    const menu = button.closest("details");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  }

  function download(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: KINDS[name.split(".").pop()] }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const held = (button) => document.getElementById(button.dataset.copy)?.textContent ?? "";
  const here = {
    copy: (button) => copy(held(button), button),
    link: (button) => {
      const [key, value] = button.dataset.question ? ["q", button.dataset.question] : ["p", button.dataset.reference];
      return copy(`${window.location.origin}${window.location.pathname}?${key}=${encodeURIComponent(value)}`, button);
    },
    download: (button) => download(button.dataset.name, held(button)),
    close: () => showSource(false),
    unfold: (button) => button.setAttribute("aria-expanded", String(button.closest(".shelf").classList.toggle("unfolded"))),
  };

  // ---- the source pane: beside the talk on a wide window, over it on a narrow one ----------------------------------
  let opener = null;
  const pane = () => document.getElementById("source");

  function showSource(open) {
    const source = pane();
    if (!source) return;
    source.classList.toggle("open", open);
    document.body.classList.toggle("source-open", open && !WIDE.matches);
    // Where it covers the page it is a place of its own, which the browser's Back leaves.
    if (open && !WIDE.matches && !window.history.state?.source) window.history.pushState({ source: true }, "");
    if (!open && window.history.state?.source) window.history.back();
    if (!open && opener) {
      const again = document.querySelector(selector(opener)) || document.querySelector("#question textarea");
      again?.focus();
      opener = null;
    }
  }

  window.addEventListener("popstate", (event) => { if (!WIDE.matches) showSource(Boolean(event.state?.source)); });

  const selector = (data) => data.number && data.exchange
    ? `a.chip[data-exchange="${CSS.escape(data.exchange)}"][data-number="${CSS.escape(data.number)}"]`
    : `[data-reference="${CSS.escape(data.reference || "")}"]`;

  // What slides in is hidden for some frames, more of them on a busy machine, and cannot take the focus yet.
  function focusHeading(element, tries) {
    setTimeout(() => {
      const heading = element.querySelector("h2[tabindex]");
      heading?.focus({ preventScroll: true });
      if (document.activeElement !== heading && tries > 1) focusHeading(element, tries - 1);
    }, 60);
  }

  let wanted = false;
  function sourceChanged(element) {
    const section = element.querySelector("[data-target]");
    const target = section && document.getElementById(section.dataset.target);
    if (target) {
      const mark = target.querySelector("mark.current") || target;
      const box = pane();
      // A document opened at its beginning shows its title.
      const atStart = mark === target && !target.previousElementSibling;
      const top = atStart ? 0 : mark.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
      box.scrollTo({ top: Math.max(0, top - box.clientHeight / 3), behavior: "instant" });
    } else {
      pane().scrollTo({ top: 0 });
      // What it showed went away with its conversation, or a later answer has no source; who is writing goes on writing.
      if (!wanted && !element.querySelector("[data-opened]")) {
        if (!pane().contains(document.activeElement)) opener = null;
        showSource(false);
      }
    }
    const current = element.querySelector(".bar .where");
    document.querySelectorAll("a.chip.current").forEach((chip) => chip.classList.remove("current"));
    if (wanted) {
      showSource(true);
      if (opener) document.querySelector(selector(opener))?.classList.add("current");
      if (!WIDE.matches) focusHeading(element, 20);
      say(current ? current.textContent : element.querySelector("h2")?.textContent || "");
    }
    wanted = false;
  }

  // ---- the card of a citation, on hover and focus --------------------------------------------------------------------
  let card;
  function showCard(chip) {
    const line = document.getElementById(`card-${chip.dataset.exchange}-${chip.dataset.number}`);
    if (!line) return;
    hideCard();
    card = document.createElement("div");
    card.className = "card";
    card.id = "citation-card";
    card.setAttribute("role", "tooltip");
    card.innerHTML = line.querySelector("div").innerHTML;
    card.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes));
    document.getElementById("desk").append(card);
    chip.setAttribute("aria-describedby", card.id);
    card.chip = chip;
    placeCard();
  }
  function placeCard() {
    if (!card) return;
    if (!card.chip.isConnected) { hideCard(); return; }
    const at = card.chip.getBoundingClientRect();
    const size = card.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - 24), window.innerWidth - size.width - 8);
    const above = at.top - size.height - 8;
    card.style.left = `${left}px`;
    card.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  }
  function hideCard() {
    if (!card) return;
    document.querySelectorAll(`[aria-describedby="${card.id}"]`).forEach((chip) => chip.removeAttribute("aria-describedby"));
    card.remove();
    card = null;
  }
  const chipOf = (event) => event.target.closest?.("a.chip[data-number]");
  document.addEventListener("mouseover", (event) => { const chip = chipOf(event); if (chip) showCard(chip); else if (!event.target.closest?.(".card")) hideCard(); });
  document.addEventListener("focusin", (event) => { const chip = chipOf(event); if (chip && chip.matches(":focus-visible")) showCard(chip); else hideCard(); });
  document.addEventListener("scroll", placeCard, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (card) hideCard();
    else if (document.body.classList.contains("source-open")) showSource(false);
    else if (event.target.matches?.("#question textarea")) document.querySelector("#notice [data-act=unedit]")?.click();
    else document.querySelectorAll("details[open].copies").forEach((menu) => { menu.open = false; });
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[open].copies, details[open].badge").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // ---- the conversation ------------------------------------------------------------------------------------------
  let watching = "";
  function liveChanged(element) {
    const exchange = element.querySelector(".exchange");
    if (!exchange) {
      if (watching) setTimeout(finished, 100);
      watching = "";
      return;
    }
    const question = exchange.querySelector(".question").textContent;
    if (watching !== question) {
      watching = question;
      // The question goes to the top once; from then on the answer grows below it and nothing moves.
      if (document.querySelector("#history .exchange")) exchange.scrollIntoView({ block: "start", behavior: "instant" });
      else window.scrollTo({ top: 0, behavior: "instant" });
    }
    say(element.querySelector(".state")?.textContent || "");
  }

  // The finished answer is read out once, not word by word while it grows.
  function finished() {
    const all = document.querySelectorAll("#history .exchange");
    const last = all[all.length - 1];
    say(last?.querySelector(".answer > .text, .answer > .abstained")?.textContent || "");
  }

  let shown = null;
  function shelfChanged(element) {
    const current = element.querySelector("[data-current]")?.dataset.current;
    if (current === undefined) return;
    keep(LAST, current);
    // With a question on its way the page is where it belongs; what is opened again is read on where it ended.
    if (current !== shown && !watching) setTimeout(showLast, 50);
    shown = current;
  }

  function showLast() {
    const all = document.querySelectorAll("#history .exchange");
    if (all.length > 1) all[all.length - 1].scrollIntoView({ block: "start", behavior: "instant" });
    else window.scrollTo({ top: 0, behavior: "instant" });
  }

  function write(text) {
    const box = document.querySelector("#question textarea");
    if (!box) return null;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    return box;
  }

  // Gradio says with a class whether something is unfolded; a screen reader needs it said in words of its own.
  function disclose() {
    document.querySelectorAll(".gr-accordion > .label-wrap").forEach((button) => {
      const open = String(button.classList.contains("open"));
      if (button.getAttribute("aria-expanded") === open) return;
      button.setAttribute("aria-expanded", open);
      // What was just unfolded may lie below the window.
      if (open === "true") requestAnimationFrame(() => button.parentElement.scrollIntoView({ block: "nearest", behavior: "instant" }));
    });
  }
  function watchDisclosures() {
    disclose();
    new MutationObserver(disclose).observe(document.getElementById("tabs"), { subtree: true, childList: true, attributeFilter: ["class"] });
  }

  let arrived = false;
  function mastheadChanged(element) {
    if (arrived || !element.querySelector("#answerer")) return;
    arrived = true;
    watchDisclosures();
    // On a phone the keyboard would cover half of the page before anything was read.
    if (WIDE.matches) document.querySelector("#question textarea")?.focus({ preventScroll: true });
    if (address.get("q")) {
      // Asked once: a reload shows the answer, it does not ask again.
      const rest = new URLSearchParams(address);
      rest.delete("q");
      window.history.replaceState(null, "", window.location.pathname + (rest.size ? `?${rest}` : ""));
      write(address.get("q"));
      setTimeout(() => document.querySelector("#ask")?.click(), 50);
    }
    if (address.get("p")) { showSource(true); }
  }

  const KINDS = { md: "text/markdown", json: "application/json", html: "text/html" };
  let saved = "";
  function parcelChanged(element) {
    const parcel = element.querySelector("[data-parcel]");
    if (!parcel || parcel.dataset.parcel === saved) return;
    saved = parcel.dataset.parcel;
    download(parcel.dataset.name, parcel.textContent);
  }

  // A long preview gives way to one line, which may lie above what is left of the page on the screen.
  let working = false;
  function outcomeChanged(element) {
    const begins = !working && element.querySelector(".state");
    const { top, bottom } = element.getBoundingClientRect();
    if (begins && (top < 0 || bottom > window.innerHeight)) element.scrollIntoView({ block: "center", behavior: "instant" });
    working = Boolean(element.querySelector(".state"));
  }

  const changed = { outcome: outcomeChanged, parcel: parcelChanged, source: sourceChanged, live: liveChanged, shelf: shelfChanged, masthead: mastheadChanged };

  function connect(element, acts, trigger, watch, role) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (!button || !element.contains(button) || button.disabled) return;
      // Links stay links: with a modifier they open in a tab of their own.
      if (button.href && (event.metaKey || event.ctrlKey || event.shiftKey || event.button)) return;
      event.preventDefault();
      const act = button.dataset.act;
      if (here[act]) { here[act](button); return; }
      if (!acts.includes(act)) return;
      const data = { ...button.dataset };
      if (data.confirm && !window.confirm(data.confirm)) return;
      if (data.field) data.answer = document.getElementById(data.field)?.value ?? "";
      if (data.ask) {
        const answer = window.prompt(data.ask, data.answer);
        if (answer === null) return;
        data.answer = answer;
      }
      if (act === "cite" || act === "open") {
        hideCard();
        wanted = true;
        if (!element.closest("#source")) opener = data;
        else if (data.number) opener = { ...opener, ...data };
      }
      if (act === "new" || act === "edit") document.querySelector("#question textarea")?.focus();
      trigger(act, data);
    });
    const listener = changed[role];
    if (listener) {
      watch("value", () => requestAnimationFrame(() => listener(element)));
      listener(element);
    }
  }

  return { arrive, connect };
})();
