//! What lives longer than a window: the session, running jobs, preferences and keys.
//!
//! When a graphics device is lost, or another is chosen, the window is closed and opened again around the same [`Core`].

use std::path::PathBuf;

use super::asker::Asker;
use super::bench::Driver;
use super::cases::CasesJob;
use super::conference::Conference;
use super::dialogs::Dialogs;
use super::histograms::Counting;
use super::inbox::Inbox;
use super::keeper::Keeper;
use super::networks::Shelf;
use super::overlays::Overlays;
use super::picture::Copying;
use super::preferences::ReadingKeys;
use super::priors::Priors;
use super::rebinding::Binding;
use super::reports::Reports;
use super::resume::Marked;
use super::saving::Saving;
use super::screen::{Told, connected};
use super::sessions::Sessions;
use super::thumbnails::Thumbnails;
use super::waker::Waker;
use crate::command::Keymap;
use crate::gpu::Gpu;
use crate::language::{self, Language};
use crate::session::{News, Preferences, Session, Severity, WindowPlace};
use crate::tools::Hands;
use crate::ui::{Sheet, UiState};
use crate::workflow::{preferences, session_file};

/// What to do when the window opens.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Open these folders and files.
    pub paths: Vec<PathBuf>,
    /// Open the built-in case.
    pub example: bool,
    /// For a room of people: large type, nothing of a patient, and begun anew after so long without a hand.
    pub conference: Option<std::time::Duration>,
}

/// Why the window is closed and opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reopen {
    /// Its graphics device is gone.
    Lost,
    /// The user has chosen another adapter.
    Chosen,
}

/// Everything but the window.
pub struct Core {
    pub(super) session: Session,
    pub(super) prefs: Preferences,
    pub(super) keeper: Keeper,
    pub(super) keymap: Keymap,
    pub(super) hands: Hands,
    pub(super) ui: UiState,
    pub(super) inbox: Inbox,
    pub(super) priors: Priors,
    pub(super) overlays: Overlays,
    pub(super) shelf: Shelf,
    pub(super) reading_cases: Option<CasesJob>,
    pub(super) thumbnails: Thumbnails,
    pub(super) reading_page: Option<super::pages::Reading>,
    pub(super) reports: Reports,
    pub(super) asker: Asker,
    pub(super) counting: Counting,
    pub(super) dialogs: Dialogs,
    pub(super) saving: Vec<Saving>,
    pub(super) sessions: Sessions,
    /// When the slice was shown that is played now.
    pub(super) played: Option<std::time::Instant>,
    /// A picture on its way to the clipboard.
    pub(super) copying: Option<Copying>,
    /// Notices that go by themselves.
    pub(super) fading: super::fading::Fading,
    /// The window's device, for pictures.
    pub(super) gpu: Option<Gpu>,
    pub(super) start: Start,
    /// What was to be opened at the start is open, or on its way.
    pub(super) started: bool,
    /// The window before people.
    pub(super) conference: Option<Conference>,
    /// What a program that lost its device had marked.
    pub(super) marked: Option<Marked>,
    pub(super) waker: Waker,
    /// Where the window was, as it is written down.
    pub(super) window_kept: Option<WindowPlace>,
    /// The size of text, as a factor, that was seen last.
    pub(super) zoom_seen: Option<f32>,
    /// The key file is being read again.
    pub(super) reading_keys: Option<ReadingKeys>,
    /// A series is on its way that is to stand beside the one on the screen.
    pub(super) beside_wanted: bool,
    /// Keys that are being bound anew.
    pub(super) binding: Binding,
    /// What the connected screens tell of themselves.
    pub(super) screens: Vec<Told>,
    /// The language of the system; English in tests.
    pub(super) system_language: Language,
    /// Asks for commands instead of a person, to time the window.
    pub(super) driver: Option<Driver>,
    /// Open the window again, and why.
    pub(super) reopen: Option<Reopen>,
}

impl Core {
    /// With the user's preferences and keys; what is broken in them becomes a notice.
    pub fn new(start: Start) -> Self {
        let mut core = Self::plain(start);
        core.marked = Marked::from_environment();
        core.screens = connected();
        core.system_language = language::of_system();
        if let Some(file) = preferences::file() {
            match preferences::read(&file) {
                Ok(prefs) => (core.window_kept, core.prefs) = (prefs.window, prefs),
                Err(error) => core.warn(error.to_string()),
            }
            let (keymap, errors) = preferences::read_keymap(&file);
            core.keymap = keymap;
            core.ui.key_faults = errors.iter().map(ToString::to_string).collect();
            errors.into_iter().for_each(|e| core.warn(e.to_string()));
            let text = core.text_before_people(core.prefs.patient_text);
            core.session.receive(News::TextAtStart(text));
            if core.conference.is_some() {
                // Names of folders may be those of patients; and what people change here stays here.
                core.prefs.recent.clear();
            } else {
                core.keep_preferences_in(file);
            }
        }
        if let Some(folder) = session_file::state_folder().filter(|_| core.conference.is_none()) {
            core.keep_sessions_in(&folder);
        }
        core
    }

    /// Without reading or writing anything of the user's: for tests.
    pub fn plain(start: Start) -> Self {
        let conference = start.conference;
        let mut core = Self {
            session: Session::new(),
            prefs: Preferences::default(),
            keeper: Keeper::default(),
            keymap: Keymap::default(),
            hands: Hands::new(),
            ui: UiState::default(),
            inbox: Inbox::default(),
            priors: Priors::default(),
            overlays: Overlays::default(),
            shelf: Shelf::default(),
            reading_cases: None,
            thumbnails: Thumbnails::default(),
            reading_page: None,
            reports: Reports::default(),
            asker: Asker::default(),
            counting: Counting::default(),
            dialogs: Dialogs::default(),
            saving: Vec::new(),
            sessions: Sessions::default(),
            played: None,
            copying: None,
            fading: Default::default(),
            gpu: None,
            start,
            started: false,
            conference: None,
            marked: None,
            waker: Waker::default(),
            window_kept: None,
            zoom_seen: None,
            reading_keys: None,
            beside_wanted: false,
            binding: Binding::default(),
            screens: Vec::new(),
            system_language: Language::ENGLISH,
            driver: None,
            reopen: None,
        };
        if let Some(idle) = conference {
            core.begin_conference(idle);
        }
        core
    }

    /// The document, to look at.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Preferences, to look at.
    pub fn prefs(&self) -> &Preferences {
        &self.prefs
    }

    /// Whether the sheet of keys is on the screen.
    pub fn help_is_open(&self) -> bool {
        self.ui.sheet == Some(Sheet::Keys)
    }

    /// The network is started where it is not yet.
    pub(super) fn start_network(&mut self) {
        let options = super::network::options(&self.prefs, self.session.graphics());
        self.asker.warm_up(&options, &mut self.session, &self.waker);
    }

    /// Whether the key that hides the heatmap is held.
    pub fn heatmap_is_hidden(&self) -> bool {
        self.ui.heatmap_hidden
    }

    pub(super) fn warn(&mut self, text: impl Into<String>) {
        self.session.receive(News::Notice(Severity::Warning, text.into()));
    }

    pub(super) fn fail(&mut self, text: impl Into<String>) {
        self.session.receive(News::Notice(Severity::Error, text.into()));
    }
}
