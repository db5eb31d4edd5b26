//! The Modality LUT: a table from stored numbers to values, where a file has one instead of slope and
//! intercept. Source: DICOM PS3.3 C.11.1.

use dicom_dictionary_std::tags;

use super::header::PixelForm;
use super::items::Item;
use super::rescale::Rescale;

/// The table.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ingest) struct Lut {
    /// The stored number of the first entry; lower ones take its value.
    first: i32,
    /// Values of the stored numbers from there on; higher ones take the last.
    values: Vec<i16>,
    /// What they mean, where the file says: `HU`, `OD`, `US` ...
    pub(in crate::ingest) unit: Option<String>,
    /// What is taken from stored numbers before the table, so that they fit a signed word.
    shift: i32,
    /// Values beyond 16 bits were halved.
    pub(in crate::ingest) halved: bool,
}

impl Lut {
    /// From the item of the sequence; `None` where it is no table.
    pub(super) fn new(item: &Item, form: PixelForm) -> Option<Self> {
        let [count, first, bits] = item.some(tags::LUT_DESCRIPTOR)?.map(|n: f64| n as u16);
        let first = if form.signed { i32::from(first as i16) } else { i32::from(first) };
        let count = if count == 0 { 65_536 } else { usize::from(count) };
        let words = item.numbers(tags::LUT_DATA);
        let entries: Vec<f64> = if bits <= 8 && words.len() == count.div_ceil(2) {
            // Two entries of 8 bits in a word, the first in its low byte.
            words.iter().flat_map(|w| [w % 256.0, (w / 256.0).floor()]).take(count).collect()
        } else {
            words
        };
        if entries.len() < count || !(1..=16).contains(&bits) || form.bits_allocated > 16 {
            return None;
        }
        let unit = item.text(tags::MODALITY_LUT_TYPE);
        let largest = entries.iter().copied().fold(0.0, f64::max);
        // Such values are no Hounsfield units here, whatever the table says; they keep their order and no more:
        // halved they fit a signed word.
        let half = largest > f64::from(i16::MAX);
        let fitted = |v: f64| (if half { v / 2.0 } else { v }).floor().min(f64::from(i16::MAX)) as i16;
        let values = entries.into_iter().take(count).map(fitted).collect();
        let shift = if !form.signed && form.bits_stored >= 16 { 32_768 } else { 0 };
        Some(Self { first, values, unit, shift, halved: half })
    }

    /// Whether its values are Hounsfield units.
    pub(in crate::ingest) fn is_hu(&self) -> bool {
        self.unit.as_deref() == Some("HU") && !self.halved
    }

    /// Lowest and highest value of the stored numbers `low..=high`, where no other number has one between them.
    pub(in crate::ingest) fn values_of_none_but(&self, low: i64, high: i64) -> Option<[i16; 2]> {
        let first = i64::from(self.first);
        let last = first.saturating_add(i64::try_from(self.values.len()).ok()?).saturating_sub(1);
        let inside = |n: i64| (low..=high).contains(&n);
        let numbered = || (first..).zip(&self.values);
        // Numbers beyond the table have the values of its ends.
        let ends = [(first, low < first), (last, high > last)].map(|(end, reached)| reached.then_some(end));
        let meant = |n: i64| inside(n) || ends.contains(&Some(n));
        let of: Vec<i16> = numbered().filter(|(n, _)| meant(*n)).map(|(_, v)| *v).collect();
        let (least, most) = (*of.iter().min()?, *of.iter().max()?);
        let alone = numbered().all(|(n, v)| inside(n) || !(least..=most).contains(v));
        alone.then_some([least, most])
    }

    /// What is done to stored numbers before [`Lut::apply`].
    pub(in crate::ingest) fn before(&self) -> Rescale {
        Rescale { slope: 1.0, intercept: -f64::from(self.shift) }
    }

    /// Stored numbers to values, in place.
    pub(super) fn apply(&self, words: &mut [i16]) {
        let last = self.values.len().saturating_sub(1);
        for word in words {
            let place = i32::from(*word).saturating_add(self.shift).saturating_sub(self.first);
            let place = usize::try_from(place).unwrap_or(0).min(last);
            *word = self.values.get(place).copied().unwrap_or(*word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(values: &[i16]) -> Lut {
        Lut { first: 100, values: values.to_vec(), unit: Some("HU".to_owned()), shift: 0, halved: false }
    }

    #[test]
    fn padding_goes_through_the_table_where_nothing_else_has_its_values() {
        let lut = table(&[-1000, -500, 0, 500]);
        assert_eq!(lut.values_of_none_but(102, 102), Some([0, 0]));
        assert_eq!(lut.values_of_none_but(102, 103), Some([0, 500]));
        // A number below the table has the value of its first entry, which is that of another number.
        assert_eq!(lut.values_of_none_but(7, 7), None);
        assert_eq!(lut.values_of_none_but(7, 100), Some([-1000, -1000]));
        assert_eq!(table(&[-1000, 0, 0, 500]).values_of_none_but(102, 102), None);
    }
}
