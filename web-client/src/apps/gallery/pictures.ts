/** Stand-ins for cameras, drawn: an earphone case on a wooden table, and a face behind a headset. */
function canvas(width: number, height: number, draw: (context: CanvasRenderingContext2D, width: number, height: number) => void): HTMLCanvasElement {
  const element = document.createElement('canvas')
  element.width = width
  element.height = height
  const context = element.getContext('2d')
  if (context !== null) draw(context, width, height)
  return element
}

function streamOf(element: HTMLCanvasElement): MediaStream {
  const stream = element.captureStream(5)
  const context = element.getContext('2d')
  // A captured canvas only sends when it is painted.
  setInterval(() => { context?.fillRect(0, 0, 1, 1) }, 200)
  return stream
}

export function fakeProduct(): MediaStream {
  return streamOf(canvas(720, 1280, product))
}

export function fakeFace(): MediaStream {
  return streamOf(canvas(320, 426, (context, width, height) => {
    context.fillStyle = '#cfd9e6'
    context.fillRect(0, 0, width, height)
    context.fillStyle = '#3c5a86'
    context.beginPath()
    context.ellipse(width / 2, height * 1.02, width * 0.42, height * 0.34, 0, 0, Math.PI * 2)
    context.fill()
    context.fillStyle = '#f0cfb4'
    context.beginPath()
    context.ellipse(width / 2, height * 0.46, width * 0.2, height * 0.19, 0, 0, Math.PI * 2)
    context.fill()
    context.fillStyle = '#2b2320'
    context.beginPath()
    context.ellipse(width / 2, height * 0.36, width * 0.22, height * 0.13, 0, Math.PI, Math.PI * 2)
    context.fill()
    context.strokeStyle = '#20262e'
    context.lineWidth = 10
    context.beginPath()
    context.arc(width / 2, height * 0.44, width * 0.25, Math.PI * 1.05, Math.PI * 1.95)
    context.stroke()
  }))
}

export function fakeThumbnail(seed: number): string {
  return canvas(240, 240, (context, width, height) => {
    context.filter = `hue-rotate(${seed * 40}deg)`
    product(context, width, height)
  }).toDataURL('image/jpeg')
}

function product(context: CanvasRenderingContext2D, width: number, height: number): void {
  const wood = context.createLinearGradient(0, 0, width, height)
  wood.addColorStop(0, '#c79f73')
  wood.addColorStop(1, '#9a7148')
  context.fillStyle = wood
  context.fillRect(0, 0, width, height)
  context.strokeStyle = 'rgb(90 60 30 / 18%)'
  context.lineWidth = height / 260
  for (let line = 0; line < 26; line++) {
    context.beginPath()
    context.moveTo(0, (line * height) / 24)
    context.bezierCurveTo(width / 3, (line * height) / 24 + 30, (width * 2) / 3, (line * height) / 24 - 30, width, (line * height) / 24 + 12)
    context.stroke()
  }
  const [x, y, w, h] = [width * 0.2, height * 0.36, width * 0.6, width * 0.46]
  context.shadowColor = 'rgb(40 25 10 / 55%)'
  context.shadowBlur = width / 16
  context.shadowOffsetY = width / 30
  context.fillStyle = '#f4f5f7'
  context.beginPath()
  context.roundRect(x, y, w, h, w * 0.22)
  context.fill()
  context.shadowColor = 'transparent'
  context.strokeStyle = '#c3c9d1'
  context.lineWidth = width / 180
  context.beginPath()
  context.moveTo(x + 4, y + h * 0.36)
  context.lineTo(x + w - 4, y + h * 0.36)
  context.stroke()
  context.fillStyle = '#5ecb8a'
  context.beginPath()
  context.arc(x + w / 2, y + h * 0.58, width / 60, 0, Math.PI * 2)
  context.fill()
  context.strokeStyle = 'rgb(60 60 70 / 60%)'
  context.lineWidth = width / 220
  context.beginPath()
  context.moveTo(x + w * 0.66, y + h * 0.5)
  context.lineTo(x + w * 0.84, y + h * 0.82)
  context.lineTo(x + w * 0.8, y + h * 0.62)
  context.stroke()
}
