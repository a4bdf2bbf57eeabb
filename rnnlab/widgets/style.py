"""The page's style sheet, of the system's own fonts; independent of any content.

It goes into the page's head: Gradio's own `css` is cut at every comma, those inside a selector too.
"""

HEAD = """<style>
:root {
  --truth: #26272b; --soft: #5d606a; --line: #e4e4e7; --model: #2b7bba; --baseline: #d97706;
  --tint: #f1f7fc; --warn: #b45309; --warn-tint: #fff8ee;
}
.dark {
  --truth: #d9dbe0; --soft: #a2a6b0; --line: #2c2d33; --model: #529bd2; --baseline: #f0a04b;
  --tint: #16212b; --warn: #f0a04b; --warn-tint: #241c12;
}
/* Doubled, so that every rule weighs more than the one of Gradio's that it replaces. */
.gradio-container.gradio-container {
& { width: 100% !important; }
.main { max-width: 1080px !important; padding: 0 !important; margin: 0 auto !important; }
main.contain { padding: 22px 28px 8px !important; min-width: 0; }
.column, .row { min-width: 0; }
.html-container { padding: 0 !important; }
.masthead { display: flex; align-items: baseline; gap: 14px; flex-wrap: wrap; padding: 2px 0 0; }
.masthead h1 { font-size: 1.3rem; font-weight: 700; letter-spacing: -.02em; margin: 0; }
.masthead h1 span { color: var(--model); }
.masthead p { margin: 0; color: var(--soft); font-size: .95rem; }

/* Choosers */
.form { background: transparent !important; gap: 20px !important; overflow: visible !important; }
.form .block, .choosers .block { overflow: visible !important; }
.choosers { gap: 24px !important; align-items: flex-end !important; }
.choosers .column { gap: 8px !important; }
.choosers .ask { gap: 8px !important; align-items: flex-end !important; flex-wrap: nowrap !important; }
.choosers .ask .block { padding-bottom: 0 !important; }
.choosers .ask :is(button, input, textarea) { height: 38px !important; white-space: nowrap; }
.label { font-size: .875rem; line-height: 18px; }
.label b { font-weight: 500; display: block; line-height: 20px; }
.label span, .info-text { color: var(--soft) !important; font-size: .82rem !important; }
.drop { border: 1px dashed var(--input-border-color) !important; border-radius: 6px !important; height: 38px; }
.drop:hover { border-color: var(--model) !important; }
.drop .file-preview-holder { margin: 0 !important; padding: 0 !important; overflow: hidden !important; }
.drop .file-preview, .drop .file-preview :is(tbody, tr, td) {
  margin: 0 !important; padding: 0 !important; background: transparent !important; border: 0 !important;
}
.drop .file-preview td { padding: 8px 12px !important; font-size: .9rem !important; line-height: 20px; }
.drop .file-preview td.download { padding-right: 40px !important; }
.drop .icon-button-wrapper {
  position: absolute !important; top: 5px !important; right: 6px !important; border: 0 !important;
}
.drop .upload-container { min-height: 0 !important; height: 36px !important; }
.drop .wrap {
  flex-direction: row !important; min-height: 0 !important; padding: 0 !important; font-size: 0 !important;
}
.drop .wrap::after { content: "Drop or choose a file"; font-size: .9rem; line-height: 1.2; color: var(--soft); }
.drop .wrap .icon-wrap { width: 16px !important; margin: 0 8px 0 0 !important; color: var(--soft) !important; }
.drop .wrap .or { display: none !important; }

.gr-accordion > button {
  text-align: left !important; padding: 6px 0 !important; font-weight: 500; color: var(--soft) !important;
}
.gr-accordion.story { border-top: 1px solid var(--line) !important; padding-top: 8px !important; border-radius: 0; }
.gr-accordion.story > button span:first-child {
  font-size: 1.05rem; font-weight: 650; color: var(--body-text-color) !important;
}
.gr-accordion > button .icon { flex-shrink: 0; align-self: center; }

/* Verdict */
.verdict { min-height: 112px; padding: 6px 0 2px; }
.verdict.voice { min-height: 0; }
.verdict .eyebrow, .empty .eyebrow {
  margin: 0 0 6px; max-width: none; font-size: .82rem; color: var(--soft); letter-spacing: .01em;
  font-variant-numeric: tabular-nums;
}
.verdict h2 {
  margin: 0; font-size: 1.42rem; line-height: 1.34; font-weight: 400; letter-spacing: -.012em; color: var(--soft);
  max-width: 54em; text-wrap: pretty;
}
.verdict h2 strong { color: var(--body-text-color); font-weight: 650; }
.verdict .notes { margin: 8px 0 0; padding: 0; }
.verdict .notes li { margin: 2px 0; list-style: none; color: var(--soft); font-size: .86rem; max-width: 62em; }
.refusal { border-left: 3px solid var(--warn); background: var(--warn-tint); padding: 12px 16px; border-radius: 6px; }
.refusal .eyebrow { color: var(--warn); font-weight: 600; }
.refusal h2 { font-size: 1.12rem; color: var(--body-text-color); overflow-wrap: anywhere; }
.refusal .still { margin: 8px 0 0; font-size: .88rem; color: var(--soft); }
.adapted { border-left: 3px solid var(--model); background: var(--tint); padding: 10px 16px; border-radius: 6px; }
.adapted.worse { border-color: var(--warn); background: var(--warn-tint); }
.adapted p { margin: 0; font-size: .95rem; max-width: none; font-variant-numeric: tabular-nums; }
.adapted .notes { margin: 4px 0 0; padding: 0; }
.adapted .notes li { margin: 2px 0; list-style: none; color: var(--soft); font-size: .86rem; }
.settings .caption { color: var(--soft) !important; font-size: .88rem; }
.empty {
  border: 1px dashed var(--line); border-radius: 8px; padding: 28px; color: var(--soft); text-align: center;
}

/* Figures: the neutrals of rnnlab.tasks.forecast.page.figures, sharpened for the theme */
.figure { min-height: 480px; }
.curve { min-height: 320px; }
.figure .modebar, .curve .modebar { display: none !important; }
.js-plotly-plot .main-svg text { fill: var(--soft) !important; }
.js-plotly-plot .g-gtitle .gtitle { fill: var(--body-text-color) !important; }
.js-plotly-plot .gtitle tspan[style*="rgb(115, 121, 132)"] { fill: var(--soft) !important; }
.js-plotly-plot .hoverlayer text { fill: #f2f3f5 !important; }
.js-plotly-plot [style*="stroke: rgb(112, 118, 128)"] { stroke: var(--truth) !important; }
.js-plotly-plot .hoverlayer [style*="stroke: rgb(112, 118, 128)"] { stroke: #d9dbe0 !important; }
.js-plotly-plot .updatemenu-item-rect { fill: transparent !important; rx: 5px; }
.js-plotly-plot .updatemenu-item-rect[style*="rgb(244, 250, 255)"] {
  fill: color-mix(in srgb, var(--model) 22%, transparent) !important;
}

/* Scores */
.scores h3 { font-size: 1.05rem; font-weight: 650; margin: 4px 0 2px; }
.scores .caption { margin: 2px 0 10px; color: var(--soft); font-size: .86rem; }
.scores .scroll { overflow-x: auto; }
.scores table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .95rem; }
.scores :is(table, thead, tbody, tr, th, td) { border: 0 !important; }
.scores :is(th, td) {
  padding: 9px 12px !important; text-align: right; border-bottom: 1px solid var(--line) !important;
}
.scores thead th, .scores thead td { color: var(--soft); font-weight: 500; vertical-align: bottom; padding-top: 4px; }
.scores thead small, .tutorial th small { display: block; font-size: .78rem; font-weight: 400; color: var(--soft); }
.scores tbody th {
  text-align: left; font-weight: 500; white-space: nowrap; padding-left: 6px;
}
.scores td b { font-weight: 700; }
.scores td { color: var(--soft); }
.scores td b, .scores tr.model td { color: var(--body-text-color); }
.scores td.none { opacity: .55; }
.scores tr.model th, .scores tr.model td { background: var(--tint); }
.scores abbr { text-decoration: none; cursor: help; }
.swatch {
  display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 9px; background: var(--line);
}
.swatch.model { background: var(--model); }
.swatch.baseline { background: var(--baseline); }
.scores details { font-size: .88rem; color: var(--soft); }
.scores summary { cursor: pointer; padding: 4px 0; width: fit-content; }
.scores dl {
  margin: 6px 0 0; display: grid; gap: 6px 28px; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr));
}
.scores dt { font-weight: 600; color: var(--body-text-color); }
.scores dd { margin: 0; }
.scores.tutorial table { max-width: 640px; }
.scores.report :is(th, td) { white-space: normal !important; padding: 7px 6px !important; font-size: .84rem; }
.scores.report tbody th { min-width: 11em; }
details.report > summary { cursor: pointer; padding: 6px 0; }
.tutorial th > span { display: inline-block; vertical-align: middle; }

.trust { margin-top: 22px; }
.trust ul { margin: 4px 0 12px; padding-left: 18px; max-width: 62em; }
.trust li { margin: 5px 0; color: var(--soft); list-style: disc; }
.trust li b { color: var(--body-text-color); }
.trust .looks {
  margin-top: 18px; display: grid; gap: 26px 48px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr));
}
.trust figure { margin: 0; min-width: 0; }
.trust h4 { margin: 0 0 10px; font-size: .95rem; font-weight: 600; }
.trust table { width: 100%; font-size: .88rem; }
.trust th, .trust td { white-space: nowrap; padding: 6px 8px !important; }
.trust .span { position: relative; width: 34%; padding: 0; }
.trust .span::before {
  content: ""; position: absolute; left: 50%; top: 0; bottom: 0; border-left: 1px dashed var(--baseline);
}
.trust .span i { position: absolute; top: calc(50% - 3px); height: 6px; border-radius: 3px; background: var(--model); }
.trust .bars { position: relative; display: flex; align-items: flex-end; gap: 4px; height: 96px; }
.trust .bars::after {
  content: ""; position: absolute; left: 0; right: 0; bottom: var(--line-at, 50%);
  border-top: 1px dashed var(--baseline);
}
.trust .bars i { flex: 1; background: var(--model); opacity: .75; border-radius: 2px 2px 0 0; }
.several td small, .trust tbody th small { display: block; color: var(--soft); }
.trust .bars.dense { gap: 1px; }
.trust figcaption { display: flex; justify-content: space-between; font-size: .8rem; color: var(--soft); }

/* The log of a Job */
.log p { margin: 0 0 8px; }
.log a { padding: 0; }
.log pre {
  margin: 0; padding: 14px 16px; border: 1px solid var(--line); border-radius: 8px; max-height: 360px; overflow: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; line-height: 1.5; color: var(--truth);
}

/* A text being written */
.manuscript { display: grid; grid-template-columns: minmax(0, 1fr); gap: 20px; min-height: 300px; }
.manuscript.several { grid-template-columns: repeat(3, minmax(0, 1fr)); }
.sheet { border: 1px solid var(--line); border-radius: 8px; padding: 18px 22px; min-width: 0; }
.manuscript:not(.several) .sheet { max-width: 46em; }
.sheet .seed { margin: 0 0 8px; font-size: .8rem; color: var(--soft); }
.written {
  font-family: Charter, "Bitstream Charter", "Iowan Old Style", Georgia, serif; font-size: 1.06rem; line-height: 1.6;
  white-space: pre-wrap; overflow-wrap: anywhere; max-width: 40em; color: var(--truth);
}
.written b { font-weight: 650; color: var(--model); }
.written .caret {
  display: inline-block; width: .5em; height: 1.05em; vertical-align: text-bottom; margin-left: 1px;
  background: var(--model);
}
.written span { position: relative; }
.written span:hover { outline: 1px solid var(--soft); }
.written span:hover::after {
  content: attr(data-tip); position: absolute; left: 0; top: 100%; z-index: 30; width: max-content; max-width: 240px;
  white-space: pre; font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; pointer-events: none;
  color: #f2f3f5; background: #26272b; padding: 7px 11px; border-radius: 6px;
}
.several span:hover::after { position: fixed; left: 24px; top: auto; bottom: 24px; }
.s1 { background: color-mix(in srgb, var(--baseline) 12%, transparent); }
.s2 { background: color-mix(in srgb, var(--baseline) 26%, transparent); }
.s3 { background: color-mix(in srgb, var(--baseline) 42%, transparent); }
.s4 { background: color-mix(in srgb, var(--baseline) 60%, transparent); }
.s5 { background: color-mix(in srgb, var(--baseline) 82%, transparent); }
.copied { text-decoration: underline 2px var(--baseline); text-underline-offset: 3px; }
.legend { margin: 10px 0 0; font-size: .84rem; color: var(--soft); }
.legend span { display: inline-block; width: 1.1em; margin-right: 3px; border-radius: 2px; }
.legend .s0 { box-shadow: inset 0 0 0 1px var(--line); }
.facts { min-height: 26px; font-size: .88rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.prose .facts p { margin: 0; font-size: inherit; max-width: none; }
.facts ul { margin: 4px 0 0; padding: 0; list-style: none; color: var(--warn); }
.openings { margin-top: -4px; }
.actions, .keep { align-items: center !important; }
.settings .block:has(> .checkbox-container) { min-width: 150px !important; }
.actions > .block, .keep > .block {
  flex: 0 0 auto !important; width: auto !important; margin: 0 !important; overflow: visible !important;
}
.keep > .block { margin-right: auto !important; }

/* Checkpoints */
.shelf { gap: 36px !important; align-items: flex-start !important; }
.picks .wrap { flex-direction: column !important; flex-wrap: nowrap !important; gap: 6px !important; }
.picks label {
  width: 100%; white-space: normal !important; align-items: flex-start !important; border-radius: 6px !important;
  border: 1px solid var(--line) !important; background: transparent !important; padding: 9px 12px !important;
  font-weight: 400 !important; line-height: 1.4; box-shadow: none !important; color: var(--body-text-color) !important;
}
.picks label:has(input:checked) { border-color: var(--model) !important; background: var(--tint) !important; }
.picks label input { margin-top: 3px !important; flex-shrink: 0; }
.picks label span { overflow-wrap: anywhere; }
.verdict h3 { margin: 0 0 8px; font-size: 1.05rem; font-weight: 650; }
#chosen .verdict h2 { font-size: 1.16rem; }
.own { margin-top: 14px; }
.notice h2 { font-size: 1.06rem; color: var(--body-text-color); }
#note .verdict { min-height: 0; margin-bottom: 8px; }
.card .prose table { display: block; overflow-x: auto; width: fit-content; max-width: 100%; }
.card .prose :is(th, td) {
  word-break: normal !important; overflow-wrap: normal !important; padding: 5px 10px !important;
}
.card .prose :is(h1, h2) { font-size: 1.05rem; margin: 18px 0 6px; }
.card .prose :is(th, td) { font-size: .86rem; border: 1px solid var(--line) !important; }
.card .prose table { border: 0 !important; padding: 0 !important; }
.card .prose :is(th, td):not(:last-child), .own td { white-space: nowrap; }
.seek textarea { height: 38px !important; line-height: 20px; padding-block: 8px !important; }
.seek button { min-height: 38px; padding-block: 6px !important; }
.drawn svg { width: 100%; max-width: 720px; height: auto; }
.pushed p { overflow-wrap: anywhere; margin: 6px 0; }
#login { width: fit-content; }
.pushed a { display: block; color: var(--model); text-decoration: underline; }
button[data-said] { position: relative; }
button[data-said]::after {
  content: attr(data-said); position: absolute; left: 50%; bottom: calc(100% + 6px); transform: translateX(-50%);
  white-space: nowrap; font-size: .8rem; color: #f2f3f5; background: #26272b; padding: 4px 10px; border-radius: 6px;
}

/* The tutorial's model */
.prose p { max-width: 46em; line-height: 1.55; }
.status { font-size: .9rem; color: var(--soft); font-variant-numeric: tabular-nums; min-height: 34px; }
.status .bar { height: 3px; border-radius: 2px; background: var(--line); margin-top: 8px; overflow: hidden; }
.status .bar i { display: block; height: 100%; background: var(--model); transition: width .3s; }
.status .bar.done { visibility: hidden; }

.under { align-items: center !important; }
.under .advice { color: var(--soft); font-size: .88rem; margin: 0; max-width: none; }
.colophon {
  color: var(--soft); font-size: .84rem; border-top: 1px solid var(--line); padding-top: 14px; line-height: 1.5;
}
.colophon p { max-width: 68em; color: inherit; font-size: inherit; }
.colophon a { color: inherit; }
:focus-visible { outline: 2px solid var(--model) !important; outline-offset: 2px; }

@media (max-width: 640px) {
  main.contain { padding: 14px 16px 8px !important; }
  .verdict h2 { font-size: 1.14rem; }
  .verdict { min-height: 190px; }
  .refusal { min-height: 0; }
  .scores .scroll :is(th, td) { padding: 8px 4px !important; font-size: .82rem; }
  .scores thead small { font-size: .72rem; }
  .scores .scroll tbody th { padding-left: 2px !important; }
  .swatch { margin-right: 6px; width: 7px; height: 7px; }
  .under { flex-direction: column !important; align-items: stretch !important; gap: 8px !important; }
  .drop .wrap::after { content: "Choose a file"; }
  .drop .file-preview td.download { display: none; }
  .drop .file-preview td.filename { padding-right: 30px !important; }
  .masthead p { font-size: .86rem; }
  .manuscript.several { grid-template-columns: minmax(0, 1fr); }
  .sheet { padding: 14px 16px; }
  .written span:hover::after { position: fixed; left: 16px; top: auto; bottom: 16px; }
  .actions, .keep { flex-wrap: wrap !important; }
  .actions { gap: 8px !important; }
  .actions > button { min-width: 78px !important; padding-inline: 8px !important; flex: 1 1 auto !important; }
  .keep button { flex: 1 1 120px !important; }
}
}
</style>"""
