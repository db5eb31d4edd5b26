//! Changes by the user, each with the way back.

use super::Session;
use crate::session::edit::Edit;

impl Session {
    /// Carries out a change, and remembers how to take it back.
    pub fn apply(&mut self, edit: Edit) {
        let (undoable, flows) = (edit.undoable(), edit.flows());
        let inverse = self.carry_out(edit);
        if let (true, Some(inverse)) = (undoable, inverse) {
            self.history.record(inverse, flows);
        }
    }

    /// From now until [`Session::end_gesture`] all changes are one step of undo.
    pub fn begin_gesture(&mut self) {
        self.history.begin_gesture();
    }

    /// Whether a gesture is under way: more of it may follow at any moment.
    pub fn in_gesture(&self) -> bool {
        self.history.in_gesture()
    }

    /// Ends the gesture.
    pub fn end_gesture(&mut self) {
        self.history.end_gesture();
    }

    /// Takes the last step back; false where there is none.
    pub fn undo(&mut self) -> bool {
        let Some(edits) = self.history.take_undo() else { return false };
        let inverses = edits.into_iter().filter_map(|e| self.carry_out(e)).collect();
        self.history.undone(inverses);
        true
    }

    /// Brings the last undone step back; false where there is none.
    pub fn redo(&mut self) -> bool {
        let Some(edits) = self.history.take_redo() else { return false };
        let inverses = edits.into_iter().filter_map(|e| self.carry_out(e)).collect();
        self.history.redone(inverses);
        true
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a step to bring back.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    fn carry_out(&mut self, edit: Edit) -> Option<Edit> {
        self.revision = self.revision.wrapping_add(1);
        let edit = match edit {
            Edit::InPrior(edit) => return self.carry_out_in_prior(*edit),
            Edit::Many(edits) => {
                let mut inverse: Vec<Edit> = edits.into_iter().filter_map(|e| self.carry_out(e)).collect();
                inverse.reverse();
                return (!inverse.is_empty()).then_some(Edit::Many(inverse));
            }
            edit => edit,
        };
        // What was taken hold of or chosen last is what Delete takes away, of either series.
        if edit.takes_hold()
            && let Some(uid) = self.prior().map(|prior| prior.uid().to_owned())
            && let Some(findings) = self.case.findings.get_mut(&uid)
        {
            findings.picked = None;
        }
        let uid = self.series().map(|s| s.uid.clone());
        let findings = match uid {
            Some(uid) => self.case.findings.entry(uid).or_default(),
            None => &mut self.nobody,
        };
        edit.carry_out(&mut self.look, findings, self.case.open.as_ref().map(|open| open.volume.as_ref()))
    }
}
