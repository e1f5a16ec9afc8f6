// The results document (docs/results-json.md) with what every section asks of it: arms with their mark and colour
// index, metrics by id, rows by arm and metric.
//
//   const study = new Study(JSON.parse(text));
//   study.row('outcome_process', study.primary)?.difference;      // undefined or null where there is no number

// Step columns of the environments in which 1 is a fault; in every other truth column 1 is as it should be.
const FAULTS = new Set(['flagged', 'redundant', 'repeated']);

export const BASE = 'base'; // the policy before any training

const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export class Study {
  #metricById;
  #armById;

  constructor(results) {
    this.results = results;
    const study = results.study ?? {};
    this.settings = study;
    this.title = study.title || study.name || 'Study';
    this.primary = study.primary;
    this.constraint = study.constraint;
    this.baseline = study.baseline;
    this.metrics = (results.metrics ?? []).map((metric) => ({ ...metric, label: capitalised(metric.label || metric.id) }));
    this.rows = results.rows ?? [];
    this.curves = results.curves ?? [];
    this.base = results.base ?? {};
    this.rollouts = results.rollouts ?? [];
    this.arms = this.#orderedArms();
    this.others = this.arms.filter((arm) => arm.id !== this.baseline);
    this.#metricById = new Map(this.metrics.map((metric) => [metric.id, metric]));
    this.#armById = new Map(this.arms.map((arm) => [arm.id, arm]));
  }

  // Every arm keeps its place in the palette throughout the page; the baseline has place 0.
  #orderedArms() {
    let place = 0;
    return (this.results.arms ?? []).map((arm) => ({
      ...arm,
      label: arm.label || arm.id,
      place: arm.id === this.baseline ? 0 : ++place,
    }));
  }

  metric(id) {
    return this.#metricById.get(id) ?? { id, label: String(id), axis: '', higher_is_better: true, low: null, high: null, unit: '' };
  }

  arm(id) {
    if (id === BASE) return { id, label: 'base policy', place: -1 };
    return this.#armById.get(id) ?? { id, label: String(id), place: 0 };
  }

  row(arm, metric) {
    return this.rows.find((row) => row.arm === arm && row.metric === metric);
  }

  role(arm, metric) {
    return this.results.roles?.[arm]?.[metric] ?? null;
  }

  curve(arm, metric) {
    return this.curves.find((curve) => curve.arm === arm && curve.metric === metric);
  }

  isFault(channel) {
    return FAULTS.has(channel);
  }

  // The mean of a metric after training: {mean, sd}, or the base policy's mean.
  final(arm, metric) {
    if (arm === BASE) return { mean: this.base[metric]?.mean ?? null, sd: null };
    const row = arm === this.baseline ? this.rows.find((each) => each.metric === metric) : this.row(arm, metric);
    if (!row) return { mean: null, sd: null };
    return arm === this.baseline
      ? { mean: row.baseline_mean ?? null, sd: row.baseline_sd ?? null }
      : { mean: row.mean ?? null, sd: row.sd ?? null };
  }

  // Seeds are long numbers; people count them.
  seedName(seed) {
    const at = (this.settings.seeds ?? []).indexOf(seed);
    return at < 0 ? `seed ${seed ?? 'n/a'}` : `seed no. ${at + 1}`;
  }

  direction(id) {
    return this.metric(id).higher_is_better === false ? 'lower is better' : 'higher is better';
  }
}
