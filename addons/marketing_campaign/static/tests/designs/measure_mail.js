/**
 * What is wrong with a rendered mail in a frame of a given width: sideways scrolling,
 * small letters, links too small for a finger, too little contrast. Evaluated by a test
 * inside any page: it defines one global function.
 */
(function () {
    const MIN_LETTERS = 13;
    const MIN_TARGET = 40;
    const MIN_CONTRAST = 4.5;

    function parseColour(text) {
        const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
        return { channels: [red, green, blue], alpha };
    }

    function luminance(channels) {
        const [red, green, blue] = channels.map((channel) => {
            const share = channel / 255;
            return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }

    function contrast(first, second) {
        const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    }

    /** Colour behind an element: that of the nearest ancestor that paints one. */
    function findBackground(element) {
        for (let node = element; node; node = node.parentElement) {
            const style = node.ownerDocument.defaultView.getComputedStyle(node);
            const colour = parseColour(style.backgroundColor);
            if (colour.alpha === 1) {
                return colour.channels;
            }
        }
        return [255, 255, 255];
    }

    function findTexts(doc) {
        const walker = doc.createTreeWalker(doc.body, 4 /* text */);
        const elements = new Set();
        while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            const box = element.getBoundingClientRect();
            if (walker.currentNode.data.trim() && box.width && box.height) {
                elements.add(element);
            }
        }
        return [...elements];
    }

    function nameOf(element) {
        return `<${element.tagName.toLowerCase()}> ${element.textContent.trim().slice(0, 30)}`;
    }

    function measureText(element) {
        const style = element.ownerDocument.defaultView.getComputedStyle(element);
        if (style.display === "none" || style.visibility === "hidden") {
            return [];
        }
        const problems = [];
        if (parseFloat(style.fontSize) < MIN_LETTERS) {
            problems.push(`${style.fontSize} letters: ${nameOf(element)}`);
        }
        const ratio = contrast(parseColour(style.color).channels, findBackground(element));
        if (ratio < MIN_CONTRAST) {
            problems.push(`contrast ${ratio.toFixed(2)}: ${nameOf(element)}`);
        }
        return problems;
    }

    function measureLink(link) {
        const { width, height } = link.getBoundingClientRect();
        if (!height || Math.min(width, height) >= MIN_TARGET - 0.5) {
            return [];
        }
        return [`link of ${Math.round(width)} x ${Math.round(height)} px: ${nameOf(link)}`];
    }

    function measure(doc, width) {
        const sideways = doc.documentElement.scrollWidth - width;
        return [
            ...(sideways > 0 ? [`${sideways} px wider than the screen`] : []),
            ...findTexts(doc).flatMap(measureText),
            ...[...doc.querySelectorAll("a[href]")].flatMap(measureLink),
        ];
    }

    /** Problems of a mail (HTML text) on a screen of `width` pixels. */
    window.measureMail = async function (html, width) {
        const frame = document.createElement("iframe");
        frame.style.cssText = `position:fixed;top:0;left:0;border:0;height:900px;width:${width}px`;
        const loaded = new Promise((resolve) => (frame.onload = resolve));
        frame.srcdoc = html;
        document.body.append(frame);
        await loaded;
        const problems = measure(frame.contentDocument, width);
        frame.remove();
        return problems;
    };
})();
