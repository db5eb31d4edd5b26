//! The prior: which series it is, what speaks against the pair, and where in it the selected nodule is.

use egui::{Align, Layout, PopupCloseBehavior, TextStyle, Ui};

use super::open_menu::typed_path_ui;
use super::series::series_name;
use crate::command::{Command, Commands, Viewing};
use crate::findings::Nodule;
use crate::language::heard;
use crate::networks::spec;
use crate::say;
use crate::session::{CornerText, Edit, PriorSeries, SeriesLink, WorkId, doubts, is_earlier, other_patient};
use crate::tools::click_marks_prior;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{
    Press, fact_ui, line_ui, menu, menu_row_ui, meter_ui, note_ui, paragraph_ui, press_ui, segments_ui,
    small_paragraph_ui,
};
use crate::ui::{Scene, UiState, icons, words};
use crate::view;

/// Whether the card belongs on the screen: the chosen network compares dates, or there is a prior.
pub fn has_prior(scene: &Scene<'_>) -> bool {
    let session = scene.session;
    session.open().is_some() && (compares(scene) || session.prior().is_some() || loading(scene))
}

/// Whether the chosen network asks for an earlier date.
fn compares(scene: &Scene<'_>) -> bool {
    spec(scene.session.look().network).is_ok_and(|spec| spec.family.compares_dates())
}

/// Whether the second series may be an earlier one.
fn is_prior(scene: &Scene<'_>) -> bool {
    let both = scene.session.series().zip(scene.session.prior().and_then(PriorSeries::series));
    both.is_none_or(|(now, then)| is_earlier(now, then))
}

fn loading(scene: &Scene<'_>) -> bool {
    scene.session.working(WorkId::Prior).is_some()
}

/// The card.
/// - `nodule`: the selected one
pub fn prior_card_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    nodule: Option<&Nodule>,
    out: &mut Commands,
) {
    let t = tokens(ui);
    let prior = scene.session.prior();
    let name = words::second_series(scene.session);
    ui.horizontal(|ui| {
        line_ui(ui, &name, text::strong(), t.text);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if prior.is_some() && !loading(scene) {
                let close = Command::ClosePrior;
                let close_it = if is_prior(scene) { say!("prior-close") } else { say!("prior-close-beside") };
                let press = Press::new(icons::REMOVE, close_it).icon_only();
                if press_ui(ui, press).on_hover_text(scene.tip(&close)).clicked() {
                    out.push(close);
                }
            }
        });
    });
    match prior {
        Some(prior) => series_ui(ui, scene, prior),
        None if loading(scene) => {}
        None => {
            let network = scene.session.look().network;
            let needs = say!("prior-needs", network = network);
            paragraph_ui(ui, &needs, t.text);
        }
    }
    if loading(scene) {
        loading_ui(ui, scene, out);
        return;
    }
    if let Some(prior) = prior {
        if is_prior(scene) || compares(scene) {
            link_ui(ui, scene, prior, nodule, out);
        }
        series_link_ui(ui, scene, prior, state, out);
        let in_3d = scene.session.look().in_3d;
        let shown = if in_3d { 2 } else { usize::from(state.fourth_seen) };
        let words = [name.as_str(), say!("prior-input"), "3D"];
        if let Some(chosen) = segments_ui(ui, say!("prior-lower-left"), &words, shown) {
            if chosen < 2 {
                state.fourth_seen = chosen == 1;
            }
            out.edit(Edit::In3d(chosen == 2));
        }
        ui.add_space(size::HALF);
    }
    choose_ui(ui, scene, state, out);
}

fn series_ui(ui: &mut Ui, scene: &Scene<'_>, prior: &PriorSeries) {
    let t = tokens(ui);
    let Some(series) = prior.series() else { return };
    paragraph_ui(ui, &series_name(series, scene.session.is_anonymous()), t.text);
    let date = words::date(series.study_date.reveal())
        // A date tells something of the patient, as what stands in the corners does.
        .filter(|_| scene.session.look().corner_text == CornerText::Full);
    let slices = say!("prior-slices", slices = series.size[2]);
    let spacing = series.grid.as_ref().map(words::spacing);
    let facts: Vec<String> = date.into_iter().chain([slices]).chain(spacing).collect();
    small_paragraph_ui(ui, &facts.join(", "), t.muted);
    let now = scene.session.series();
    // That it is no earlier one speaks against nothing but taking it for one.
    let against = |now| match compares(scene) {
        true => doubts(now, series),
        false => other_patient(now, series).map(str::to_owned).into_iter().collect(),
    };
    for doubt in now.map(against).unwrap_or_default() {
        note_ui(ui, icons::WARNING, t.warning, &words::full_sentence(&heard(&doubt)));
    }
    for defect in prior.defects.iter().filter(|d| !d.classifiable()) {
        note_ui(ui, icons::WARNING, t.warning, &words::full_sentence(&heard(&defect.text)));
    }
}

fn loading_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let progress = scene.session.working(WorkId::Prior).map(|work| work.progress.clone()).unwrap_or_default();
    let what = if progress.what.is_empty() { say!("prior-loading").into() } else { heard(&progress.what) };
    line_ui(ui, &what, TextStyle::Body, t.text);
    ui.add_space(2.0);
    meter_ui(ui, &what, progress.done, ui.available_width());
    ui.add_space(size::HALF);
    if press_ui(ui, Press::new(icons::STOP, say!("prior-stop")).filled()).clicked() {
        out.push(Command::Cancel(WorkId::Prior));
    }
}

/// Both points of the nodule, or what to do to have them.
fn link_ui(ui: &mut Ui, scene: &Scene<'_>, prior: &PriorSeries, nodule: Option<&Nodule>, out: &mut Commands) {
    let t = tokens(ui);
    let Some(nodule) = nodule else {
        paragraph_ui(ui, say!("prior-mark-first"), t.muted);
        return;
    };
    match scene.session.at_in_prior(nodule) {
        Some(at) => {
            fact_ui(ui, say!("prior-now"), &words::patient_position(nodule.at).replace("   ", "  "));
            fact_ui(ui, say!("prior-title"), &words::patient_position(at).replace("   ", "  "));
            let unlink = Command::UnlinkPrior;
            let press = Press::new(icons::REMOVE, say!("prior-remove-mark"));
            if press_ui(ui, press).on_hover_text(scene.tip(&unlink)).clicked() {
                out.push(unlink);
            }
        }
        None => {
            let key = scene.key(&Command::ClassifyHere);
            let how = match click_marks_prior(scene.session) {
                true => say!("prior-click-same", key = key),
                false => say!("prior-click-with-tool", key = key),
            };
            note_ui(ui, icons::MARK, t.accent, &how);
            let elsewhere = nodule.prior.as_ref().is_some_and(|link| link.series_uid() != prior.uid());
            if elsewhere {
                paragraph_ui(ui, say!("prior-elsewhere"), t.muted);
            }
        }
    }
    ui.add_space(2.0);
}

/// Whether its slices follow those of the series on the screen.
fn series_link_ui(ui: &mut Ui, scene: &Scene<'_>, prior: &PriorSeries, state: &UiState, out: &mut Commands) {
    let t = tokens(ui);
    let (session, link) = (scene.session, scene.session.look().prior.link);
    let same = session.series().zip(prior.series()).is_some_and(|(now, then)| now.same_frame(then));
    let by_hand = || SeriesLink::Offset(view::offset_here(session, state.prior_px));
    let (words, chosen): (&[&str], usize) = match (same, link) {
        (true, SeriesLink::None) => {
            (&[say!("prior-unlinked"), say!("prior-by-frame"), say!("prior-by-hand")], 0)
        }
        (true, SeriesLink::Frame) => {
            (&[say!("prior-unlinked"), say!("prior-by-frame"), say!("prior-by-hand")], 1)
        }
        (true, SeriesLink::Offset(_)) => {
            (&[say!("prior-unlinked"), say!("prior-by-frame"), say!("prior-by-hand")], 2)
        }
        (false, SeriesLink::None) => (&[say!("prior-unlinked"), say!("prior-linked-by-hand")], 0),
        (false, _) => (&[say!("prior-unlinked"), say!("prior-linked-by-hand")], 1),
    };
    if let Some(place) =
        segments_ui(ui, say!("prior-slices-and-zoom"), words, chosen).filter(|place| *place != chosen)
    {
        out.push(Command::Viewing(Viewing::Link(match (place, same) {
            (0, _) => SeriesLink::None,
            (1, true) => SeriesLink::Frame,
            _ => by_hand(),
        })));
    }
    if link == SeriesLink::None && !same {
        let key = scene.key(&Command::Viewing(Viewing::ToggleLink));
        let how = say!("prior-bring", key = key);
        paragraph_ui(ui, &how, t.muted);
    }
    ui.add_space(size::HALF);
}

/// The menu: another series of the case, or one of another folder.
pub fn choose_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let t = tokens(ui);
    let session = scene.session;
    let button = press_ui(ui, Press::new(icons::RECENT, say!("prior-choose")).menu().filled());
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(320.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        line_ui(ui, say!("prior-of-this-case"), TextStyle::Small, t.muted);
        let shown = session.open().map(|open| open.index);
        for (index, series) in session.scan().series.iter().enumerate() {
            let (name, is_shown) = (series_name(series, scene.session.is_anonymous()), shown == Some(index));
            let usable = series.usable() && series.is_ct();
            let key = match (is_shown, usable) {
                (true, _) => say!("prior-on-screen"),
                (_, false) => say!("prior-no-volume"),
                _ => "",
            };
            let chosen = session.prior().is_some_and(|prior| prior.uid() == series.uid);
            let name = say!("prior-of", name = name);
            let press = Press::new("", &name).selected(chosen).key(key).enabled(usable && !is_shown);
            let row = menu_row_ui(ui, press);
            if row.clicked() && !chosen {
                out.push(Command::PriorSeries(index));
                ui.close();
            }
        }
        ui.separator();
        for (command, icon) in [(Command::OpenPrior, icons::FOLDER), (Command::OpenPriorFiles, icons::FILES)]
        {
            let Some(entry) = crate::command::entry(&command) else { continue };
            let key = scene.key(&command);
            let row = menu_row_ui(ui, Press::new(icon, entry.said()).key(&key));
            if row.on_hover_text(entry.said_help()).clicked() {
                out.push(command);
                ui.close();
            }
        }
        if let Some(path) = typed_path_ui(ui, &mut state.prior_path, say!("prior-path"), say!("prior-load")) {
            out.push(Command::PriorPaths(vec![path]));
        }
    });
}
