/** A phone's view of a pair of earphones in their case, drawn and slightly moving, for the stage. */
export function buyerPicture(portrait: boolean): MediaStream {
  const canvas = document.createElement('canvas')
  canvas.width = portrait ? 720 : 1280
  canvas.height = portrait ? 1280 : 720
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('no canvas')
  const paint = (): void => {
    draw(pen, canvas.width, canvas.height, performance.now() / 1000)
    requestAnimationFrame(paint)
  }
  paint()
  return canvas.captureStream(15)
}

function draw(pen: CanvasRenderingContext2D, width: number, height: number, time: number): void {
  const table = pen.createLinearGradient(0, 0, width, height)
  table.addColorStop(0, '#b98f63')
  table.addColorStop(1, '#7d5636')
  pen.fillStyle = table
  pen.fillRect(0, 0, width, height)
  pen.strokeStyle = 'rgb(60 36 18 / 18%)'
  pen.lineWidth = 3
  for (let y = 20; y < height; y += 46) {
    pen.beginPath()
    pen.moveTo(0, y)
    pen.bezierCurveTo(width / 3, y + 16, (2 * width) / 3, y - 18, width, y + 8)
    pen.stroke()
  }
  pen.save()
  pen.translate(width / 2 + Math.sin(time) * 6, height / 2 + Math.cos(time * 0.8) * 5)
  box(pen, Math.min(width, height) / 720)
  pen.restore()
}

function box(pen: CanvasRenderingContext2D, scale: number): void {
  pen.scale(scale, scale)
  pen.shadowColor = 'rgb(0 0 0 / 45%)'
  pen.shadowBlur = 40
  pen.shadowOffsetY = 18
  shape(pen, -190, -150, 380, 300, 74, '#f4f4f1')
  pen.shadowColor = 'transparent'
  shape(pen, -160, -120, 320, 240, 54, '#dfe0dc')
  for (const x of [-80, 80]) {
    shape(pen, x - 44, -86, 88, 108, 42, '#fafaf8')
    shape(pen, x - 17, 0, 34, 96, 17, '#f4f4f1')
    shape(pen, x - 26, -66, 52, 36, 18, '#3b3f46')
  }
  pen.fillStyle = '#e5382b'
  pen.beginPath()
  pen.arc(0, 96, 9, 0, Math.PI * 2)
  pen.fill()
}

function shape(pen: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number, colour: string): void {
  pen.fillStyle = colour
  pen.beginPath()
  pen.roundRect(x, y, width, height, radius)
  pen.fill()
}
