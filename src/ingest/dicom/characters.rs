//! Specific Character Set: the bytes of a text to its characters.
//!
//! Escape sequences (ISO 2022) are taken apart here; each stretch between them is decoded by dicom-encoding, or by
//! the few places in which two sets differ from one that it knows. Sources: DICOM PS3.3 C.12.1.1.2 (defined terms,
//! escape sequences), PS3.5 6.1.2.5 (code extensions and where they end), 6.1.2.3 (encodings without them).

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_encoding::text::{SpecificCharacterSet, TextCodec};

const ESCAPE: u8 = 0x1B;

/// A set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// ISO-IR 6, and 14 in its place.
    Ascii,
    /// One that dicom-encoding knows by this term, together with ASCII.
    Known(&'static str),
    /// ISO-IR 148, Latin alphabet no. 5.
    Turkish,
    /// ISO-IR 203, Latin alphabet no. 9.
    Latin9,
    /// ISO-IR 87 or 159: two bytes a character, by this escape sequence.
    Japanese(&'static [u8]),
}

/// What lower and upper bytes stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    lower: Set,
    upper: Set,
}

const LATIN_1: Set = Set::Known("ISO_IR 100");
const KANJI: &[u8] = b"\x1B$B";
const MORE_KANJI: &[u8] = b"\x1B$(D";
/// Back to ASCII.
const NO_KANJI: &[u8] = b"\x1B(B";

/// Escape sequences that change what lower bytes stand for. The older form of ISO-IR 87 and half-width katakana
/// in lower bytes are not DICOM's, but written.
const TO_LOWER: [(&[u8], Set); 5] = [
    (NO_KANJI, Set::Ascii),
    (b"\x1B(J", Set::Ascii),
    (KANJI, Set::Japanese(KANJI)),
    (b"\x1B$@", Set::Japanese(KANJI)),
    (MORE_KANJI, Set::Japanese(MORE_KANJI)),
];

/// Those that change what upper bytes stand for.
const TO_UPPER: [(&[u8], Set); 14] = [
    (b"\x1B)I", Set::Known("ISO_IR 13")),
    (b"\x1B$)C", Set::Known("ISO_IR 149")),
    (b"\x1B$)A", Set::Known("GBK")),
    (b"\x1B-A", LATIN_1),
    (b"\x1B-B", Set::Known("ISO_IR 101")),
    (b"\x1B-C", Set::Known("ISO_IR 109")),
    (b"\x1B-D", Set::Known("ISO_IR 110")),
    (b"\x1B-F", Set::Known("ISO_IR 126")),
    (b"\x1B-G", Set::Known("ISO_IR 127")),
    (b"\x1B-H", Set::Known("ISO_IR 138")),
    (b"\x1B-L", Set::Known("ISO_IR 144")),
    (b"\x1B-M", Set::Turkish),
    (b"\x1B-T", Set::Known("ISO_IR 166")),
    (b"\x1B-b", Set::Latin9),
];

/// What the upper bytes of a term stand for; `None` of ISO-IR 6 and sets of lower bytes alone.
fn upper(term: &str) -> Option<Set> {
    Some(match term.strip_prefix("ISO")?.rsplit([' ', '_']).next()? {
        "13" => Set::Known("ISO_IR 13"),
        "58" => Set::Known("GBK"),
        "100" => LATIN_1,
        "101" => Set::Known("ISO_IR 101"),
        "109" => Set::Known("ISO_IR 109"),
        "110" => Set::Known("ISO_IR 110"),
        "126" => Set::Known("ISO_IR 126"),
        "127" => Set::Known("ISO_IR 127"),
        "138" => Set::Known("ISO_IR 138"),
        "144" => Set::Known("ISO_IR 144"),
        "148" => Set::Turkish,
        "149" => Set::Known("ISO_IR 149"),
        "166" => Set::Known("ISO_IR 166"),
        "203" => Set::Latin9,
        _ => return None,
    })
}

/// How the texts of a data set are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Characters {
    /// Specific Character Set, its terms without blanks around them.
    terms: Vec<String>,
}

/// The ends of a part of a text, at which escape sequences end too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// Lines and values.
    Values,
    /// Also the parts of a name.
    Names,
}

impl Ends {
    fn contain(self, byte: u8) -> bool {
        matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | b'\\')
            || (self == Self::Names && matches!(byte, b'^' | b'='))
    }
}

impl Characters {
    /// From the value of Specific Character Set (0008,0005).
    pub(super) fn of(value: &[u8]) -> Self {
        let text = String::from_utf8_lossy(value);
        let plain = |term: &str| term.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned();
        Self { terms: text.split('\\').map(plain).collect() }
    }

    /// The same as text again.
    pub(super) fn declared(&self) -> String {
        self.terms.join("\\")
    }

    /// The value of an element in UTF-8, where it is a text that depends on the character set.
    pub(super) fn in_utf8(&self, tag: Tag, value: Vec<u8>) -> Vec<u8> {
        let vr = StandardDataDictionary.by_tag(tag).map(|entry| entry.vr().relaxed());
        let ends = match vr {
            Some(VR::PN) => Ends::Names,
            Some(VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT) => Ends::Values,
            _ => return value,
        };
        if value.is_ascii() && !value.contains(&ESCAPE) {
            return value;
        }
        let mut text = self.decoded(&value, ends).into_bytes();
        if text.len() % 2 == 1 {
            text.push(b' ');
        }
        text
    }

    /// A text that is no name of a person.
    pub(super) fn text(&self, bytes: &[u8]) -> String {
        self.decoded(bytes, Ends::Values)
    }

    fn decoded(&self, bytes: &[u8], ends: Ends) -> String {
        let first = self.terms.first().map_or("", String::as_str);
        match first {
            // Sets without escape sequences, in which a byte of 5C may be half a character.
            "GBK" | "GB2312" => return known("GBK", bytes),
            "GB18030" => return known("GB18030", bytes),
            // The second form is no defined term, and written.
            "ISO_IR 192" | "ISO_IR_192" | "ISO 2022 IR 192" => {
                return String::from_utf8_lossy(bytes).into_owned();
            }
            _ => {}
        }
        // Under ISO-IR 6 alone upper bytes mean nothing: those who write them mean the next set.
        let upper = self.terms.iter().find_map(|term| upper(term)).unwrap_or(LATIN_1);
        let begin = State { lower: Set::Ascii, upper };
        let mut state = begin;
        let (mut text, mut run) = (String::new(), Vec::new());
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            let sequence = |table: &'static [(&'static [u8], Set)]| {
                table.iter().find(|(sequence, _)| rest.starts_with(sequence)).copied()
            };
            if *byte == ESCAPE
                && let Some((length, next)) = sequence(&TO_LOWER)
                    .map(|(s, lower)| (s.len(), State { lower, ..state }))
                    .or_else(|| sequence(&TO_UPPER).map(|(s, upper)| (s.len(), State { upper, ..state })))
            {
                state.decode(&mut run, &mut text);
                state = next;
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            let two_bytes = matches!(state.lower, Set::Japanese(_)) && *byte > b' ';
            if state != begin && !two_bytes && ends.contain(*byte) {
                state.decode(&mut run, &mut text);
                state = begin;
            }
            run.push(*byte);
            rest = after;
        }
        state.decode(&mut run, &mut text);
        text
    }
}

impl State {
    /// Decodes a run of bytes in which nothing changes, and empties it.
    fn decode(self, run: &mut Vec<u8>, text: &mut String) {
        if run.is_empty() {
            return;
        }
        let bytes = std::mem::take(run);
        if let Set::Japanese(sequence) = self.lower {
            text.push_str(&known("ISO_IR 87", &[sequence, &bytes, NO_KANJI].concat()));
            return;
        }
        match self.upper {
            Set::Known(term) => text.push_str(&known(term, &bytes)),
            Set::Turkish => text.extend(bytes.iter().map(|b| turkish(*b))),
            Set::Latin9 => text.extend(bytes.iter().map(|b| latin_9(*b))),
            Set::Ascii | Set::Japanese(_) => text.push_str(&known("ISO_IR 6", &bytes)),
        }
    }
}

fn known(term: &str, bytes: &[u8]) -> String {
    let set = SpecificCharacterSet::from_code(term).unwrap_or(SpecificCharacterSet::ISO_IR_6);
    set.decode(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}

/// ISO 8859-9 is ISO 8859-1 but for six places.
fn turkish(byte: u8) -> char {
    match byte {
        0xD0 => 'Ğ',
        0xDD => 'İ',
        0xDE => 'Ş',
        0xF0 => 'ğ',
        0xFD => 'ı',
        0xFE => 'ş',
        other => char::from(other),
    }
}

/// ISO 8859-15 is ISO 8859-1 but for eight places.
fn latin_9(byte: u8) -> char {
    match byte {
        0xA4 => '€',
        0xA6 => 'Š',
        0xA8 => 'š',
        0xB4 => 'Ž',
        0xB8 => 'ž',
        0xBC => 'Œ',
        0xBD => 'œ',
        0xBE => 'Ÿ',
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use dicom_dictionary_std::tags;

    use super::*;

    fn text(terms: &str, bytes: &[u8]) -> String {
        Characters::of(terms.as_bytes()).text(bytes)
    }

    fn name(terms: &str, bytes: &[u8]) -> String {
        let bytes = Characters::of(terms.as_bytes()).in_utf8(tags::PATIENT_NAME, bytes.to_vec());
        String::from_utf8(bytes).expect("UTF-8").trim_end().to_owned()
    }

    #[test]
    fn escape_sequences_change_the_set_until_the_part_ends() {
        assert_eq!(text("\\ISO 2022 IR 87", b"\x1B$B6;It\x1B(B"), "胸部");
        assert_eq!(text("ISO 2022 IR 6\\ISO 2022 IR 87", b"Chest \x1B$B6;It\x1B(B CT"), "Chest 胸部 CT");
        assert_eq!(text("ISO 2022 IR 13\\ISO 2022 IR 87", b"\xD4\xCF\xC0\xDE \x1B$B6;It\x1B(J"), "ﾔﾏﾀﾞ 胸部");
        assert_eq!(text("\\ISO 2022 IR 159", b"\x1B$(D0!\x1B(B"), "丂");
        assert_eq!(text("\\ISO 2022 IR 149", b"\x1B$)C\xC8\xE4\xBA\xCE"), "흉부");
        assert_eq!(text("\\ISO 2022 IR 58", b"\x1B$)A\xD0\xD8\xB2\xBF"), "胸部");
        assert_eq!(text("\\ISO 2022 IR 166", b"\x1B-T\xB7\xC3"), "ทร");
        assert_eq!(text("ISO 2022 IR 100\\ISO 2022 IR 144", b"L\xE4nge \x1B-L\xB3\xE0"), "Länge Гр");
        // Behind the end of a value, upper bytes are Latin letters again.
        assert_eq!(text("ISO 2022 IR 100\\ISO 2022 IR 144", b"\x1B-L\xB3\\\xE4"), "Г\\ä");
        // A character of two bytes may hold what is an end elsewhere: here 5C.
        assert_eq!(text("\\ISO 2022 IR 87", b"\x1B$B4\\\x1B(B"), "舘");
    }

    /// The examples of PS3.5 annexes H.3.1, H.3.2, I.2 and J.3.
    #[test]
    fn the_names_of_the_standard_are_read_as_it_prints_them() {
        assert_eq!(
            name(
                "\\ISO 2022 IR 87",
                b"Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B"
            ),
            "Yamada^Tarou=山田^太郎=やまだ^たろう"
        );
        assert_eq!(
            name(
                "ISO 2022 IR 13\\ISO 2022 IR 87",
                b"\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1B$B;3ED\x1B(J^\x1B$BB@O:\x1B(J=\x1B$B$d$^$@\x1B(J^\x1B$B$?$m$&\x1B(J"
            ),
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
        );
        assert_eq!(
            name("\\ISO 2022 IR 149", b"Hong^Gildong=\x1B$)C\xFB\xF3^\x1B$)C\xD1\xCE\xD4\xD7=\x1B$)C\xC8\xAB^\x1B$)C\xB1\xE6\xB5\xBF"),
            "Hong^Gildong=洪^吉洞=홍^길동"
        );
        assert_eq!(name("GB18030", b"Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB"), "Wang^XiaoDong=王^小东");
    }

    #[test]
    fn sets_without_escape_sequences_are_read_as_a_whole() {
        assert_eq!(text("ISO_IR 148", b"g\xF6\xF0\xFCs"), "göğüs");
        assert_eq!(text("ISO_IR 203", b"\xBD\xA4"), "œ€");
        assert_eq!(text("ISO 2022 IR 192", "Länge".as_bytes()), "Länge");
        assert_eq!(text("GBK", b"\x81\x5C\xD0\xD8"), "乗胸");
        assert_eq!(text("GBK", b"\xD0\xD8\\b"), "胸\\b");
        assert_eq!(text("ISO_IR 101", b"p\xB3uca"), "płuca");
        assert_eq!(text("ISO_IR 13", b"\xD4\xCF\xC0\xDE"), "ﾔﾏﾀﾞ");
        assert_eq!(text("", b"L\xE4nge"), "Länge");
        assert_eq!(text("ISO_IR 999", b"L\xE4nge"), "Länge");
    }

    #[test]
    fn texts_that_have_no_characters_of_their_own_stay_bytes() {
        let characters = Characters::of(b"ISO_IR 192");
        assert_eq!(characters.in_utf8(tags::ROWS, vec![0xFF, 1]), [0xFF, 1]);
        assert_eq!(characters.in_utf8(tags::SERIES_DESCRIPTION, b"CT".to_vec()), b"CT");
        assert_eq!(
            Characters::of(b"ISO_IR 100").in_utf8(tags::SERIES_DESCRIPTION, b"\xE4 ".to_vec()),
            "ä ".as_bytes().iter().copied().chain([b' ']).collect::<Vec<u8>>()
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_some_text(terms in "(ISO 2022 IR (6|13|87|100|149|58|159|166)|GBK|)(\\\\ISO 2022 IR (87|149|58|159))?", bytes: Vec<u8>) {
            Characters::of(terms.as_bytes()).text(&bytes);
        }
    }
}
