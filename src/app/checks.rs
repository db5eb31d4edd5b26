//! Checks the map that is looked at while the network has nothing else to do, and remembers what was found: by
//! weights, by what they read, and by the map.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::again::is_at_hand;
use super::more_maps::{MoreMaps, know};
use super::waker::Waker;
use crate::explain::{Method, Saliency, Wanted};
use crate::findings::{Nodule, NoduleId};
use crate::inference::{Answer, Engine};
use crate::session::{Session, WorkId};

/// Maps whose figures are remembered; a session of hours looks at fewer.
const REMEMBERED: usize = 2000;
/// What a checked map tells.
const CHECKED: &str = "randomisation_passed";

/// What a map told with its checks; `None` where they were begun and are not there.
type Told = Option<Vec<(&'static str, f64)>>;

/// See the file.
pub(super) struct Checks {
    maps: MoreMaps,
    /// Which map is being checked.
    asked: Option<String>,
    known: BTreeMap<String, Told>,
}

impl Default for Checks {
    fn default() -> Self {
        Self { maps: MoreMaps::new(WorkId::Check), asked: None, known: BTreeMap::new() }
    }
}

impl Checks {
    /// Stops; the map that was being checked is not begun again by itself.
    pub(super) fn stop(&mut self, session: &mut Session) {
        self.maps.stop(session);
    }

    /// Checks what is on the screen.
    /// - `engine`: `None` while it is not there, or has more urgent work
    /// - `wanted`: whether anything is to be begun
    pub(super) fn poll(
        &mut self,
        engine: Option<&Engine>,
        wanted: bool,
        session: &mut Session,
        waker: &Waker,
    ) {
        let shown = shown(session);
        if let Some(checked) = shown.as_ref().filter(|shown| is_checked(&shown.map)) {
            self.remember(checked);
        }
        let open = shown.filter(|shown| !is_checked(&shown.map));
        let key = open.as_ref().map(|shown| shown.key.clone());
        if self.asked != key {
            // Another map is looked at: this one may be checked when it is looked at again.
            if let Some(left) = self.asked.take().filter(|_| !self.maps.is_idle()) {
                self.maps.stop(session);
                self.known.remove(&left);
            }
        }
        if let Some(Shown { id, map, key, wanted: one, at_hand }) = open {
            match self.known.get(&key) {
                Some(Some(told)) => {
                    let map = Saliency { told: told.clone(), ..(*map).clone() };
                    know(id, vec![Arc::new(map)], session);
                }
                // Begun already: it goes on, or it could not be had.
                Some(None) => {}
                None if wanted && engine.is_some() && at_hand => {
                    self.maps.ask(vec![one], true, session);
                    self.known.insert(key.clone(), None);
                    self.asked = Some(key);
                }
                None => {}
            }
        }
        self.maps.poll(engine, session, waker);
    }

    /// Keeps the figures of a checked map, whoever asked for them.
    fn remember(&mut self, shown: &Shown) {
        if self.known.get(&shown.key).is_none_or(Option::is_none) {
            if self.known.len() >= REMEMBERED {
                self.known.clear();
            }
            self.known.insert(shown.key.clone(), Some(shown.map.told.clone()));
        }
    }
}

struct Shown {
    id: NoduleId,
    map: Arc<Saliency>,
    key: String,
    wanted: Wanted,
    /// All that the network reads is there.
    at_hand: bool,
}

/// The map of the selected nodule that is on the screen, of weights that mean something.
fn shown(session: &Session) -> Option<Shown> {
    let heat = session.look().heatmap;
    let nodule = session.selected().filter(|_| heat.on)?;
    let answer = nodule.answer().filter(|answer| answer.trained)?;
    let map = nodule.shown_saliency(heat.map)?;
    let wanted = Wanted { method: Method::named(map.method)?, scale: map.scale };
    let key = key(session, nodule, answer, map)?;
    let at_hand = is_at_hand(session, nodule.id, answer);
    Some(Shown { id: nodule.id, map: Arc::clone(map), key, wanted, at_hand })
}

/// What the figures of a map depend on.
fn key(session: &Session, nodule: &Nodule, answer: &Answer, map: &Saliency) -> Option<String> {
    let (open, prior) = (session.series()?, session.at_in_prior(nodule));
    let Answer { model, mode, weights_sha256, options, at, .. } = answer;
    let (uid, grid, fields) = (&open.uid, session.grid()?, session.fields());
    let (method, scale) = (map.method, map.scale);
    Some(format!(
        "{model} {mode} {weights_sha256} {options:?} {uid} {grid:?} {at:?} {prior:?} {fields:?} {method} {scale:?}"
    ))
}

fn is_checked(map: &Saliency) -> bool {
    map.figure(CHECKED).is_some()
}
