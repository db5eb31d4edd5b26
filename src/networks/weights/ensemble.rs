//! Several networks of one kind in one file: an ensemble. The keys of member n begin with
//! `members.n.`; a file of one network has no such prefix.

use super::card::Card;
use super::error::WeightsError;
use super::import::non_finite;
use super::state::{Array, StateDict};
use super::store::{Metadata, Precision};

/// A person waits for every member: a higher number is no member's, and no report lists as many.
const MOST: usize = 100;

/// What the keys of a member begin with.
pub(super) fn prefix(member: usize) -> String {
    format!("members.{member}.")
}

/// Member and published key of a key in an ensemble's file.
pub(super) fn of_member(key: &str) -> Option<(usize, &str)> {
    let (number, key) = key.strip_prefix("members.")?.split_once('.')?;
    let member: usize = number.parse().ok().filter(|member| *member < MOST)?;
    // One spelling for each number: `+1` and `01` are none.
    (member.to_string() == number).then_some((member, key))
}

/// Number of members, up to the highest that any key names; `None` where no key names one.
pub(super) fn members(state: &StateDict) -> Option<usize> {
    state.tensors.keys().filter_map(|key| of_member(key)).map(|(member, _)| member + 1).max()
}

impl StateDict {
    /// Each network of a file by itself, under its published keys: several of an ensemble, one
    /// otherwise. What is no member's is left out; `Import::compare` has told of it.
    pub fn into_members(self) -> Vec<Self> {
        let Some(count) = members(&self) else { return vec![self] };
        let mut parts = vec![Self::default(); count];
        for (key, array) in self.tensors {
            if let Some((member, key)) = of_member(&key)
                && let Some(part) = parts.get_mut(member)
            {
                part.tensors.insert(key.to_owned(), array);
            }
        }
        parts
    }
}

/// The bytes of one weights file that holds these networks.
///
/// The same networks, card and metadata give the same bytes. The card's hash is of the values as they
/// are stored: of half precision, those that come back.
/// - `members`: published keys; the first is the one that answers first. One alone makes an ordinary
///   file
/// - `metadata`: more that travels in the header, by name
/// - errors: no network, different networks, values that are no numbers or do not fit into the
///   precision
pub fn pack(
    members: &[StateDict],
    card: &Card,
    precision: Precision,
    metadata: &Metadata,
) -> Result<Vec<u8>, WeightsError> {
    let first = members.first().ok_or(WeightsError::NoMembers)?;
    let mut whole = StateDict::default();
    for (member, state) in members.iter().enumerate() {
        if let Some(key) = first_difference(first, state) {
            return Err(WeightsError::MembersDiffer { member, key });
        }
        let prefix = if members.len() == 1 { String::new() } else { prefix(member) };
        for (key, array) in &state.tensors {
            let values = array.values.iter().map(|v| precision.stored(*v)).collect();
            whole.tensors.insert(format!("{prefix}{key}"), Array { shape: array.shape.clone(), values });
        }
        if let Some(key) = non_finite(state) {
            return Err(WeightsError::NotFinite { key: format!("{prefix}{key}") });
        }
    }
    match non_finite(&whole) {
        Some(key) => Err(WeightsError::TooLarge { key }),
        None => Ok(whole.written(card, precision, metadata)),
    }
}

/// The first key that only one of them has, or that has another shape in each.
fn first_difference(a: &StateDict, b: &StateDict) -> Option<String> {
    let shape = |state: &StateDict, key: &str| state.tensors.get(key).map(|array| array.shape.clone());
    let keys = a.tensors.keys().chain(b.tensors.keys());
    keys.filter(|key| shape(a, key) != shape(b, key)).min().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(values: &[f32]) -> StateDict {
        let array = Array { shape: vec![values.len()], values: values.to_vec() };
        StateDict { tensors: [("fc.bias".to_owned(), array)].into() }
    }

    #[test]
    fn a_member_has_one_spelling_and_a_sensible_number() {
        assert_eq!(of_member("members.0.fc.bias"), Some((0, "fc.bias")));
        assert_eq!(of_member("members.12.fc.bias"), Some((12, "fc.bias")));
        for stranger in
            ["fc.bias", "members.x.a", "members.01.a", "members.+1.a", "members.-1.a", "members.1"]
        {
            assert_eq!(of_member(stranger), None, "{stranger}");
        }
        assert_eq!(of_member("members.4000000000.fc.bias"), None, "no list of four thousand million");
    }

    #[test]
    fn networks_that_differ_or_do_not_fit_into_the_precision_are_not_packed() {
        let pack = |members: &[StateDict], precision| {
            pack(members, &Card::unknown("a-net", "a test"), precision, &Metadata::new())
                .map_err(|error| error.to_string())
        };
        let one = state(&[1.0, 2.0]);
        assert!(pack(&[], Precision::Single).is_err_and(|e| e.contains("at least one network")));
        let differ = pack(&[one.clone(), state(&[1.0])], Precision::Single).expect_err("another shape");
        assert!(differ.contains("member 1") && differ.contains("fc.bias"), "{differ}");
        let lacks = pack(&[one.clone(), StateDict::default()], Precision::Single).expect_err("a key less");
        assert!(lacks.contains("member 1") && lacks.contains("fc.bias"), "{lacks}");
        let nan = pack(&[one.clone(), state(&[f32::NAN, 0.0])], Precision::Half).expect_err("no number");
        assert!(nan.contains("'members.1.fc.bias'"), "{nan}");
        // The largest half-precision number is 65504 (IEEE 754).
        let large = [one, state(&[70_000.0, 0.0])];
        assert!(pack(&large, Precision::Half).is_err_and(|e| e.contains("16 bits")));
        assert!(pack(&large, Precision::Single).is_ok());
    }
}
