//! Binds keys anew: hears the key that was asked for, asks before it is taken from another command, and writes
//! the user's file away from the window's thread.

use super::core::Core;
use crate::command::{CATALOGUE, Entry, KeyChange, Keymap, Rebinding, Shortcut, Wish, changed_key_file};
use crate::jobs::{Job, Outcome, spawn};
use crate::ui::{KeyBinding, Sheet, WantedKey};
use crate::workflow::preferences::{self, ChangeKeysError, ChangedKeys};

/// What is to become of the file.
#[derive(Clone, Debug)]
enum Change {
    /// These lines.
    Lines(Vec<KeyChange>),
    /// The text that it had before its last change, where it still is what that made of it.
    Back { from: String, to: String },
}

impl Change {
    fn of(&self, text: &str) -> Result<String, ChangeKeysError> {
        match self {
            Change::Lines(changes) => Ok(changed_key_file(text, changes)?),
            Change::Back { from, to } if from == text => Ok(to.clone()),
            Change::Back { .. } => Err(ChangeKeysError::Elsewhere),
        }
    }
}

/// The file of keys on its way to the disk: one change at a time, in their order.
#[derive(Default)]
pub(super) struct Binding {
    running: Option<(Job<Result<ChangedKeys, String>>, bool)>,
    next: Vec<Change>,
    /// The file before and after each change that can be taken back.
    made: Vec<[String; 2]>,
    /// What stands for the file where nothing is kept.
    text: String,
}

impl Core {
    /// Carries out what was asked for on the sheet.
    pub(super) fn rebind(&mut self, asked: Rebinding) {
        match asked {
            Rebinding::ToggleSheet => {
                let can_take_back = self.ui.binding.can_take_back;
                self.ui.binding = KeyBinding { can_take_back, ..KeyBinding::default() };
                self.ui.sheet = (self.ui.sheet != Some(Sheet::KeyBinding)).then_some(Sheet::KeyBinding);
            }
            Rebinding::Wait(id) => self.ui.binding.wanted = Some(WantedKey::of(id)),
            Rebinding::Leave => self.ui.binding.wanted = None,
            Rebinding::Beside(beside) => {
                if let Some(wanted) = &mut self.ui.binding.wanted {
                    wanted.beside = beside;
                }
            }
            Rebinding::Heard(key) => self.hear_key(key),
            Rebinding::Take => {
                let wanted = self.ui.binding.wanted.take();
                if let Some(Wish::Held { changes, .. }) = wanted.and_then(|wanted| wanted.wish) {
                    self.change_keys(Change::Lines(changes));
                }
            }
            Rebinding::Without(id) => {
                self.ui.binding.wanted = None;
                self.change_keys(Change::Lines(vec![KeyChange { id, keys: Some(Vec::new()) }]));
            }
            Rebinding::Usual(id) => {
                if let Some(entry) = listed(id) {
                    let wish = self.keymap.usual_wish(entry);
                    self.grant(entry, wish);
                }
            }
            Rebinding::AllUsual => {
                self.ui.binding.wanted = None;
                self.change_keys(Change::Lines(Keymap::all_usual()));
            }
            Rebinding::TakeBack => {
                self.ui.binding.wanted = None;
                if let Some([to, from]) = self.binding.made.last().cloned() {
                    self.change_keys(Change::Back { from, to });
                }
            }
        }
    }

    fn hear_key(&mut self, key: Shortcut) {
        let Some(wanted) = self.ui.binding.wanted.as_ref() else { return };
        // Escape leaves a question first, and then the waiting.
        if key == Shortcut::plain(crate::command::Key::Escape) {
            return self.rebind(Rebinding::Leave);
        }
        let beside = wanted.beside;
        if let Some(entry) = listed(wanted.id) {
            let wish = self.keymap.wish(entry, key, beside);
            self.grant(entry, wish);
        }
    }

    /// Does what takes nothing from anybody; what does is asked about first.
    fn grant(&mut self, entry: &Entry, wish: Wish) {
        let beside = self.ui.binding.wanted.as_ref().is_some_and(|wanted| wanted.beside);
        match wish {
            Wish::AsItIs => self.ui.binding.wanted = None,
            Wish::Free(changes) => {
                self.ui.binding.wanted = None;
                self.change_keys(Change::Lines(changes));
            }
            wish => self.ui.binding.wanted = Some(WantedKey { id: entry.id, beside, wish: Some(wish) }),
        }
    }

    fn change_keys(&mut self, change: Change) {
        self.binding.next.push(change);
        self.advance_binding();
    }

    fn advance_binding(&mut self) {
        if self.binding.running.is_some() || self.binding.next.is_empty() {
            return;
        }
        let change = self.binding.next.remove(0);
        let back = matches!(change, Change::Back { .. });
        match self.keeper.file().map(ToOwned::to_owned) {
            Some(file) => {
                let job = spawn("keys", self.waker.now(), move |_| {
                    let changed = preferences::change_keys(&file, |text| change.of(text));
                    Ok(changed.map_err(|error| error.to_string()))
                });
                self.binding.running = Some((job, back));
            }
            // Nothing is kept: they hold as long as the program runs.
            None => {
                let before = self.binding.text.clone();
                let changed = change.of(&before).map(|after| {
                    let (keymap, faults) = Keymap::from_toml(&after);
                    ChangedKeys { before, after, keymap, faults }
                });
                self.keys_changed(changed.map_err(|error| error.to_string()), back);
                self.advance_binding();
            }
        }
    }

    pub(super) fn poll_binding(&mut self) {
        let Some((job, back)) = &self.binding.running else { return };
        let (Some(outcome), back) = (job.poll(), *back) else { return };
        self.binding.running = None;
        match outcome {
            Outcome::Done(changed) => self.keys_changed(changed, back),
            Outcome::Failed(failure) => self.fail(failure.to_string()),
            Outcome::Cancelled => {}
        }
        self.advance_binding();
    }

    fn keys_changed(&mut self, changed: Result<ChangedKeys, String>, back: bool) {
        match changed {
            Ok(ChangedKeys { before, after, keymap, faults }) => {
                self.keymap = keymap;
                self.ui.key_faults = faults.iter().map(ToString::to_string).collect();
                self.binding.text.clone_from(&after);
                if back {
                    self.binding.made.pop();
                } else if before != after {
                    self.binding.made.push([before, after]);
                }
                self.ui.binding.trouble = None;
            }
            Err(sentence) => {
                if back {
                    self.binding.made.clear();
                }
                self.ui.binding.trouble = Some(sentence);
            }
        }
        self.ui.binding.can_take_back = !self.binding.made.is_empty();
    }
}

fn listed(id: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.id == id).copied()
}
