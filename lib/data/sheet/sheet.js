/* Filter and keys of a contact sheet: img-sim puts this into the page, which works without it. */
(() => {
    "use strict";
    const root = document.documentElement;
    const cards = [...document.querySelectorAll(".card")];
    const sections = [...document.querySelectorAll("main section")];
    const filter = document.getElementById("filter");
    const count = document.getElementById("count");
    const none = document.getElementById("none");
    const help = document.getElementById("help");
    const sizes = [7, 9, 11.5, 14.5, 18.5, 24];
    let size = 2;

    root.classList.add("js");
    const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
    const heads = new Map(sections.map((s) => [s, s.querySelector("h2").textContent.toLowerCase()]));

    const stops = () => cards.filter((c) => !c.hidden).map((c) => c.querySelector(".pic"));

    function show() {
        const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
        let seen = 0;
        for (const section of sections) {
            let any = false;
            for (const card of section.querySelectorAll(".card")) {
                const text = texts.get(card) + " " + heads.get(section);
                card.hidden = !words.every((word) => text.includes(word));
                any = any || !card.hidden;
                seen += card.hidden ? 0 : 1;
            }
            section.hidden = !any;
        }
        count.textContent = words.length ? `${seen} of ${cards.length} shown` : "";
        none.hidden = seen > 0 || cards.length === 0;
    }

    function resize(step) {
        size = Math.max(0, Math.min(sizes.length - 1, size + step));
        root.style.setProperty("--tile", `${sizes[size]}rem`);
    }

    function middle(element) {
        const box = element.getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2];
    }

    /* The picture in the next row that lies nearest below, or above. */
    function vertical(all, at, down) {
        const [x, y] = middle(all[at]);
        let best = null, least = Infinity;
        for (let i = down ? at + 1 : at - 1; i >= 0 && i < all.length; i += down ? 1 : -1) {
            const [ox, oy] = middle(all[i]);
            if (Math.abs(oy - y) < 8)
                continue;
            const distance = Math.abs(oy - y) * 4 + Math.abs(ox - x);
            if (distance >= least && Math.abs(oy - y) > least)
                break;
            if (distance < least) {
                least = distance;
                best = all[i];
            }
        }
        return best;
    }

    function move(key) {
        const all = stops();
        const at = all.indexOf(document.activeElement);
        if (all.length === 0)
            return;
        let to = all[0];
        if (key === "End")
            to = all[all.length - 1];
        else if (at >= 0 && key === "ArrowRight")
            to = all[Math.min(at + 1, all.length - 1)];
        else if (at >= 0 && key === "ArrowLeft")
            to = all[Math.max(at - 1, 0)];
        else if (at >= 0 && (key === "ArrowDown" || key === "ArrowUp"))
            to = vertical(all, at, key === "ArrowDown") || all[at];
        to.focus({preventScroll: true});
        to.closest(".card").scrollIntoView({block: "nearest"});
    }

    function jump(step) {
        const open = sections.filter((section) => !section.hidden);
        const at = open.findIndex((section) => section.contains(document.activeElement));
        const next = open[Math.max(0, Math.min(open.length - 1, at < 0 ? 0 : at + step))];
        if (!next)
            return;
        next.querySelector(".card:not([hidden]) .pic").focus({preventScroll: true});
        next.scrollIntoView({block: "start"});
    }

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || help.open)
            return;
        if (event.target === filter) {
            if (event.key === "Escape") {
                filter.value = "";
                show();
                filter.blur();
            } else if (event.key === "ArrowDown" || event.key === "Enter") {
                filter.blur();
                move("Home");
            } else {
                return;
            }
        } else if (/^(Arrow|Home$|End$)/.test(event.key)) {
            move(event.key);
        } else if (event.key === "/") {
            filter.focus();
            filter.select();
        } else if (event.key === "?") {
            help.showModal();
        } else if (event.key === "+" || event.key === "-") {
            resize(event.key === "+" ? 1 : -1);
        } else if (event.key === "]" || event.key === "[") {
            jump(event.key === "]" ? 1 : -1);
        } else {
            return;
        }
        event.preventDefault();
    });

    filter.addEventListener("input", show);
    document.getElementById("smaller").addEventListener("click", () => resize(-1));
    document.getElementById("larger").addEventListener("click", () => resize(1));
    document.getElementById("close").addEventListener("click", () => help.close());
    document.getElementById("ask").addEventListener("click", () => help.showModal());
    show();
})();
