//! How inputs are prepared: another way asks again.

use super::core::Core;
use crate::findings::{Nodule, Question};
use crate::networks::spec;
use crate::session::Edit;

impl Core {
    /// The next way of preparing inputs. What was answered, or is being asked, in the one before is asked again,
    /// and what others said beside it, too; one step of undo brings all of it back.
    pub(super) fn next_mode(&mut self) {
        let look = self.session.look();
        let now = look.mode_of(look.network);
        let next = spec(look.network).map_or(now, |spec| now.next_of(spec));
        let asked = |n: &&Nodule| !matches!(n.question, Question::Unasked | Question::NeedsPrior);
        let again = self.session.selected().filter(asked).map(Nodule::asked_again).map(Nodule::unheard);
        let id = again.as_ref().map(|n| n.id);
        let edits = std::iter::once(Edit::Mode(next)).chain(again.map(Edit::SetNodule)).collect();
        self.session.apply(Edit::Many(edits));
        if let Some(id) = id {
            self.start_network();
            self.asker.ask(id, &mut self.session);
        }
    }
}
