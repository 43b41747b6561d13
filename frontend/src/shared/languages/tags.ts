import ISO6391 from "iso-639-1";

/** Languages that are offered, by their BCP 47 tags. Any other tag can be typed. */
export const OFFERED = (
  "af am ar as az be bg bn bo bs ca ceb ckb cs cy da de el en eo es et eu fa fi fil fr fy ga gd gl gu ha he hi hr ht " +
  "hu hy id ig is it ja jv ka kk km kn ko ku ky la lb ln lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn ny oc om or " +
  "pa pl ps pt-BR pt-PT qu ro ru rw sa sd si sk sl sm sn so sq sr sr-Latn st su sv sw ta te tg th ti tk tn to tr ts " +
  "tt ug uk ur uz vi wo xh yi yo yue zh-Hans zh-Hant zu"
).split(" ");

/** Names that neither every browser nor ISO 639-1 knows. */
const OWN_NAMES: Record<string, string> = { ceb: "Binisayâ", ckb: "کوردیی ناوەندی", yue: "粵語" };

const RTL_SCRIPTS = new Set("Adlm Arab Aran Hebr Mand Mend Nkoo Rohg Samr Syrc Thaa Yezi".split(" "));

export type Direction = "ltr" | "rtl";

/** Where a language begins its lines. */
export function directionOf(tag: string): Direction {
  const script = localeOf(tag)?.maximize().script;
  return script !== undefined && RTL_SCRIPTS.has(script) ? "rtl" : "ltr";
}

/** `zh` for `zh-Hant-TW`. */
export function baseOf(tag: string): string {
  return tag.split("-", 1)[0]!.toLowerCase();
}

/** What a language is called in another one, `es` in `de` "Spanisch"; null where that is not known. */
export function nameIn(tag: string, language: string): string | null {
  try {
    const names = new Intl.DisplayNames([language], { type: "language", fallback: "none" });
    // Where the browser does not know the language itself, it would answer in its own.
    if (baseOf(names.resolvedOptions().locale) !== baseOf(language)) return null;
    return names.of(tag) ?? null;
  } catch {
    return null;
  }
}

/** What a language is called by those who speak it, with a capital letter where there are such. */
export function ownName(tag: string): string {
  // Chromium knows half of the languages only by their English names.
  const name = nameIn(tag, tag) ?? OWN_NAMES[tag] ?? (ISO6391.getNativeName(tag) || nameIn(tag, "en")) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag === "tr" || tag === "az" ? tag : "en") + name.slice(1);
}

/** The tag as it is written, if it is one: `pt-BR` for `PT-br`. */
export function wellFormed(text: string): string | null {
  return /^[a-z]{2,3}(-|$)/i.test(text) ? (localeOf(text)?.baseName ?? null) : null;
}

function localeOf(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag);
  } catch {
    return null;
  }
}
