// A share from 0 to 1 as a bar between its name and its number; where there is no number the track is empty.
import { isNumber } from './format.js';

export function Bar({ label, value, kind, text }) {
  return (
    <div class="rate">
      <span class="rate-label">{label}</span>
      <span class="rate-track" aria-hidden="true">
        {isNumber(value) && <span class={`rate-bar ${kind}`} style={{ width: `${Math.min(1, Math.max(0, value)) * 100}%` }} />}
      </span>
      <span class="rate-value">{text}</span>
    </div>
  );
}
