// rdf-validate-shacl on N3's store: node validate.mjs SHAPES DATA...; prints JSON as measured.py does.

import { createReadStream, readFileSync } from 'node:fs'
import N3 from 'n3'
import SHACLValidator from 'rdf-validate-shacl'

let last = [process.cpuUsage(), performance.now()]

// Seconds of CPU and of the clock since the last lap.
function lap () {
  const used = process.cpuUsage(last[0])
  const now = performance.now()
  const found = [(used.user + used.system) / 1e6, (now - last[1]) / 1e3]
  last = [process.cpuUsage(), now]
  return found
}

function load (store, path) {
  return new Promise((resolve, reject) => {
    new N3.Parser({ format: 'N-Triples' }).parse(createReadStream(path), (error, quad) => {
      if (error) reject(error)
      else if (quad) store.addQuad(quad)
      else resolve()
    })
  })
}

function short (term) {
  const name = term ? term.value : ''
  if (!term || term.termType === 'BlankNode') return '[]'
  return name.slice(name.lastIndexOf('#') + 1).replace(/ConstraintComponent$/, '')
}

const [shapesPath, ...paths] = process.argv.slice(2)
const data = new N3.Store()
for (const path of paths) await load(data, path)
const shapes = new N3.Store(new N3.Parser().parse(readFileSync(shapesPath, 'utf8')))
const validator = new SHACLValidator(shapes)
const loaded = lap()
const report = await validator.validate(data)
const checked = lap()
const counts = {}
for (const result of report.results) {
  const key = `${short(result.sourceShape)} ${short(result.sourceConstraintComponent)}`
  counts[key] = (counts[key] ?? 0) + 1
}
console.log(JSON.stringify({ load: loaded, check: checked, counts }))
