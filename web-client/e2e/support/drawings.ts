/** Drawn scenes for the README's pictures: what a buyer's camera and an agent's camera would show. Nobody's photograph, nobody's rights. */

const shadow = (id: string, dx: number, dy: number, blur: number, opacity: number): string =>
  `<filter id="${id}" x="-40%" y="-40%" width="180%" height="180%"><feDropShadow dx="${dx}" dy="${dy}" stdDeviation="${blur}" flood-color="#2a1a0c" flood-opacity="${opacity}"/></filter>`

const fill = (id: string, from: string, to: string, across = 'x1="0" y1="0" x2="1" y2="1"'): string =>
  `<linearGradient id="${id}" ${across}><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`

const definitions = `<defs>
${shadow('far', 26, 34, 26, 0.42)}${shadow('near', 10, 14, 9, 0.45)}${shadow('thin', 4, 6, 4, 0.35)}
<filter id="soft"><feGaussianBlur stdDeviation="22"/></filter><filter id="blur3"><feGaussianBlur stdDeviation="3"/></filter>
<filter id="grain" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="0.0016 0.055" numOctaves="4" seed="11"/>
<feColorMatrix values="0 0 0 0 0.32  0 0 0 0 0.19  0 0 0 0 0.09  0.9 0.5 0 0 -0.42"/></filter>
${fill('table', '#e3cba9', '#b48a5d')}${fill('shell', '#ffffff', '#cfd5dc')}${fill('lip', '#e9edf1', '#b9c1ca')}${fill('well', '#1d2126', '#4a5159')}
${fill('stem', '#ffffff', '#c9d0d8', 'x1="0" y1="0" x2="1" y2="0"')}${fill('lid', '#dfe4e9', '#f9fafb')}${fill('card', '#ffffff', '#e9ecef')}${fill('carton', '#24405f', '#16293f')}
<radialGradient id="head" cx="0.35" cy="0.3" r="0.8"><stop offset="0" stop-color="#ffffff"/><stop offset="0.6" stop-color="#e6eaee"/><stop offset="1" stop-color="#aab3bd"/></radialGradient>
<radialGradient id="window" cx="0.16" cy="0.02" r="0.95"><stop offset="0" stop-color="#fff7e6" stop-opacity="0.62"/><stop offset="0.5" stop-color="#fff7e6" stop-opacity="0.08"/><stop offset="1" stop-color="#20140a" stop-opacity="0.42"/></radialGradient>
</defs>`

const bud = (x: number, y: number, turn: number, mirrored: boolean): string => `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${mirrored ? -1 : 1} 1)" filter="url(#near)">
<rect x="-6" y="6" width="40" height="132" rx="20" fill="url(#stem)"/><rect x="4" y="122" width="20" height="9" rx="4.5" fill="#8d969f"/>
<ellipse cx="0" cy="0" rx="52" ry="46" fill="url(#head)"/><g transform="rotate(-24)"><ellipse cx="-38" cy="4" rx="21" ry="27" fill="#d5dbe1"/><ellipse cx="-46" cy="4" rx="13" ry="19" fill="#2b3036"/>
<path d="M-52 -8v24M-46 -12v32M-40 -9v26" stroke="#596069" stroke-width="1.6"/></g><rect x="6" y="-22" width="9" height="26" rx="4.5" fill="#3a4047"/><ellipse cx="-8" cy="-24" rx="20" ry="9" fill="#fff" opacity="0.85"/></g>`

const caseOpen = `<g transform="translate(690 330) rotate(5)">
<g filter="url(#far)"><rect x="-186" y="-214" width="372" height="176" rx="80" fill="url(#lid)"/></g>
<rect x="-164" y="-194" width="328" height="140" rx="64" fill="#c4ccd4"/><rect x="-164" y="-186" width="328" height="132" rx="62" fill="#d9dfe5"/>
<path d="M-120 -168q120 -22 240 0" stroke="#fff" stroke-width="5" fill="none" opacity="0.7" stroke-linecap="round"/>
<rect x="-60" y="-52" width="120" height="26" rx="9" fill="#9fa8b2"/>
<g filter="url(#far)"><rect x="-190" y="-38" width="380" height="262" rx="98" fill="url(#shell)"/></g>
<rect x="-168" y="-24" width="336" height="176" rx="78" fill="url(#lip)"/>
<rect x="-138" y="-8" width="112" height="140" rx="54" fill="url(#well)"/><rect x="26" y="-8" width="112" height="140" rx="54" fill="url(#well)"/>
<circle cx="-92" cy="104" r="5" fill="#d9b45a"/><circle cx="-72" cy="104" r="5" fill="#d9b45a"/><ellipse cx="-82" cy="30" rx="34" ry="30" fill="#15181c" opacity="0.55"/>
<g filter="url(#thin)"><ellipse cx="82" cy="42" rx="50" ry="46" fill="url(#head)"/><rect x="62" y="48" width="40" height="80" rx="20" fill="url(#stem)"/><ellipse cx="72" cy="20" rx="20" ry="9" fill="#fff" opacity="0.9"/><rect x="92" y="22" width="9" height="26" rx="4.5" fill="#3a4047"/></g>
<circle cx="0" cy="186" r="11" fill="#ff8a1f" opacity="0.35"/><circle cx="0" cy="186" r="5.5" fill="#ff9a34"/>
<path d="M-150 60q10 110 90 140" stroke="#fff" stroke-width="7" fill="none" opacity="0.75" stroke-linecap="round" filter="url(#blur3)"/></g>`

const carton = `<g transform="translate(300 40) rotate(-9)" filter="url(#far)"><rect x="-190" y="-180" width="380" height="400" rx="6" fill="url(#carton)"/>
<rect x="-190" y="-180" width="380" height="16" fill="#fff" opacity="0.14"/><text x="-150" y="150" font-family="Helvetica, Arial, sans-serif" font-size="34" font-weight="700" fill="#fff">EB-01</text>
<text x="-150" y="182" font-family="Helvetica, Arial, sans-serif" font-size="19" fill="#c9d6e4">Wireless earbuds</text>
<g fill="none" stroke="#e9f0f7" stroke-width="7" stroke-linecap="round"><path d="M-22 -40v92M22 -40v92"/><circle cx="-50" cy="-44" r="28"/><circle cx="50" cy="-44" r="28"/></g></g>`

const manual = `<g transform="translate(1090 250) rotate(13)" filter="url(#near)"><rect x="-130" y="-170" width="260" height="350" rx="4" fill="url(#card)"/>
<text x="-100" y="-118" font-family="Helvetica, Arial, sans-serif" font-size="24" font-weight="700" fill="#2b3642">Quick start</text>
${[0, 1, 2, 3, 4, 5, 6, 7].map((line) => `<rect x="-100" y="${-92 + line * 26}" width="${[190, 172, 186, 120, 190, 164, 180, 96][line]}" height="7" rx="3.5" fill="#b4bcc5"/>`).join('')}
<circle cx="-70" cy="138" r="20" fill="none" stroke="#8d98a4" stroke-width="5"/><circle cx="0" cy="138" r="20" fill="none" stroke="#8d98a4" stroke-width="5"/></g>`

const cable = `<g fill="none" stroke-linecap="round" filter="url(#near)"><path d="M1420 720C1180 640 1010 690 990 590s140 -120 160 -20s-120 150 -250 110" stroke="#eef1f4" stroke-width="13"/>
<path d="M902 681l-34 -13" stroke="#dfe4e9" stroke-width="30"/><path d="M868 668l-22 -8" stroke="#9aa4ae" stroke-width="18" stroke-linecap="butt"/></g>`

const leaves = `<g filter="url(#soft)" fill="#3a2411" opacity="0.2">${[[-30, 150, -30], [110, 250, 8], [-60, 330, -58], [190, 120, 30], [60, 430, -18]].map(([x, y, turn]) => `<ellipse cx="${x}" cy="${y}" rx="150" ry="34" transform="rotate(${turn} ${x} ${y})"/>`).join('')}</g>`

/** An opened earbud case on an oak desk, the silent left earbud beside it. `zoom` under 1 shows more desk, for a phone held upright. */
export function productScene(width: number, height: number, zoom: number): string {
  const [w, h] = [width / zoom, height / zoom]
  const [x, y] = [625 - w / 2, 365 - h / 2]
  const all = `x="${x}" y="${y}" width="${w}" height="${h}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${x} ${y} ${w} ${h}">${definitions}
<rect ${all} fill="url(#table)"/><rect ${all} filter="url(#grain)" opacity="0.55"/>${carton}${manual}${cable}${caseOpen}${bud(470, 560, 58, false)}${leaves}<rect ${all} fill="url(#window)"/></svg>`
}

/** A support agent with a headset before a blurred office. */
export function agentScene(width: number, height: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 640 480"><defs>
${fill('wall', '#dfe7ee', '#9fb2c4')}${fill('skin', '#f4d2b8', '#dba98a')}${fill('shirt', '#2f5d8c', '#1c3a5c')}${fill('hair', '#4a342a', '#251813')}
<filter id="bokeh"><feGaussianBlur stdDeviation="14"/></filter><filter id="cheek"><feGaussianBlur stdDeviation="9"/></filter></defs>
<rect width="640" height="480" fill="url(#wall)"/><g filter="url(#bokeh)"><rect x="30" y="20" width="150" height="210" fill="#f6fafd"/><rect x="100" y="20" width="8" height="210" fill="#b8c7d4"/><rect x="470" y="120" width="190" height="14" fill="#8a6a4a"/>
<rect x="490" y="50" width="24" height="70" fill="#c2553f"/><rect x="520" y="60" width="22" height="60" fill="#3f7a6a"/><rect x="548" y="46" width="26" height="74" fill="#d9a441"/><ellipse cx="70" cy="330" rx="90" ry="110" fill="#4f7d5a"/></g>
<path d="M205 250c-30 -190 260 -190 236 0c6 70 22 120 -8 160h-226c-26 -50 -8 -100 -2 -160z" fill="url(#hair)"/>
<path d="M80 480c10 -92 90 -112 168 -128h144c78 16 158 36 168 128z" fill="url(#shirt)"/><path d="M270 330h100v46q-50 50 -100 0z" fill="#cf9c7d"/><path d="M248 352l72 74l72 -74l16 10l-62 118h-52l-62 -118z" fill="#f2f5f8"/><path d="M262 364q58 76 116 0l-58 92z" fill="#dba98a"/>
<ellipse cx="320" cy="232" rx="92" ry="116" fill="url(#skin)"/><g filter="url(#cheek)" fill="#e58f78" opacity="0.4"><circle cx="266" cy="266" r="20"/><circle cx="374" cy="266" r="20"/></g>
<path d="M226 236c-6 -120 60 -136 110 -130c70 6 84 66 78 130c-20 -30 -26 -66 -40 -84c-46 30 -106 22 -126 34c-12 14 -14 34 -22 50z" fill="url(#hair)"/>
<g fill="#2b1d16"><ellipse cx="284" cy="228" rx="9" ry="11"/><ellipse cx="356" cy="228" rx="9" ry="11"/></g><g fill="#fff"><circle cx="287" cy="224" r="3.4"/><circle cx="359" cy="224" r="3.4"/></g>
<g fill="none" stroke-linecap="round"><path d="M266 204q18 -11 36 -2M338 202q18 -9 36 2" stroke="#3a271e" stroke-width="6"/><path d="M320 232q-9 28 -6 34q6 5 13 1" stroke="#c28a6b" stroke-width="4"/></g>
<path d="M282 290q38 14 76 0q-10 36 -38 36t-38 -36z" fill="#a8453f"/><path d="M289 294q31 9 62 0q-2 11 -31 11t-31 -11z" fill="#fff"/>
<path d="M218 226c-8 -176 214 -176 206 0" fill="none" stroke="#20262e" stroke-width="13"/><rect x="203" y="204" width="34" height="72" rx="16" fill="#2b333d"/><rect x="405" y="204" width="34" height="72" rx="16" fill="#2b333d"/>
<path d="M220 270c4 56 34 64 66 62" fill="none" stroke="#2b333d" stroke-width="7" stroke-linecap="round"/><rect x="276" y="322" width="34" height="18" rx="9" fill="#161b21"/></svg>`
}
