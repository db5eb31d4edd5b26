//! The PET over the series on the screen: which, how strongly, in which range.

use egui::Ui;

use super::series::series_name;
use crate::command::{Command, Commands};
use crate::language::heard;
use crate::say;
use crate::session::{Edit, PetLook, PetSeries, WorkId};
use crate::ui::theme::{text, tokens};
use crate::ui::widgets::{Press, heading_ui, line_ui, paragraph_ui, press_ui, slider_row_ui};
use crate::ui::{Scene, icons, words};

/// Draws it, with its heading; nothing where there is no PET.
pub fn pet_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let session = scene.session;
    let Some(series) = session.series() else { return };
    let could = |s: &crate::ingest::Series| s.is_pet() && s.uid != series.uid;
    let all: Vec<_> = session.scan().series.iter().enumerate().filter(|(_, s)| could(s)).collect();
    if all.is_empty() && session.pet().is_none() {
        return;
    }
    heading_ui(ui, "PET");
    let t = tokens(ui);
    if let Some(pet) = session.pet() {
        laid_ui(ui, scene, pet, out);
    } else if session.working(WorkId::Pet).is_some() {
        paragraph_ui(ui, say!("pet-loading"), t.muted);
        return;
    }
    let laid = session.pet().map(|pet| pet.index);
    for (index, other) in all.into_iter().filter(|(index, _)| Some(*index) != laid) {
        let name = series_name(other, session.is_anonymous());
        let press = Press::new(icons::SLAB, say!("pet-lay")).filled();
        line_ui(ui, &name, text::strong(), t.text);
        if !other.same_frame(series) {
            let words = say!("pet-another-frame");
            paragraph_ui(ui, &format!("{} {words}", icons::WARNING), t.warning);
        }
        let tip = if laid.is_none() { scene.tip(&Command::TogglePet) } else { name };
        if press_ui(ui, press).on_hover_text(tip).clicked() {
            out.push(Command::LayPet(index));
        }
    }
}

fn laid_ui(ui: &mut Ui, scene: &Scene<'_>, pet: &PetSeries, out: &mut Commands) {
    let t = tokens(ui);
    let look = scene.session.look().pet;
    if let Some(series) = scene.session.scan().series.get(pet.index) {
        line_ui(ui, &series_name(series, scene.session.is_anonymous()), text::strong(), t.text);
    }
    if !pet.same_frame {
        let words = say!("pet-another-frame");
        paragraph_ui(ui, &format!("{} {words}", icons::WARNING), t.warning);
    }
    ui.horizontal(|ui| {
        let press = Press::new(icons::SLAB, if look.on { say!("pet-on") } else { say!("pet-off") }).filled();
        if press_ui(ui, press.selected(look.on)).on_hover_text(scene.tip(&Command::TogglePet)).clicked() {
            out.push(Command::TogglePet);
        }
        let close = Press::new(icons::CLOSE, say!("pet-close")).filled();
        if press_ui(ui, close).on_hover_text(scene.tip(&Command::ClosePet)).clicked() {
            out.push(Command::ClosePet);
        }
    });
    let unit = pet.volume.unit().name();
    let most = pet.most();
    let [low, high] = look.range;
    let number =
        |v: f32| format!("{} {unit}", words::trimmed(f64::from(v), if most < 100.0 { 1 } else { 0 }));
    let opacity = format!("{:.0} %", look.opacity * 100.0);
    slider(ui, out, (say!("pet-opacity"), look.opacity, &opacity), |opacity| PetLook { opacity, ..look });
    slider(ui, out, (say!("pet-from"), low / most, &number(low)), |share| {
        let low = tidy(share * most, most).min(high * 0.95);
        PetLook { range: [low, high], ..look }
    });
    slider(ui, out, (say!("pet-to"), high / most, &number(high)), |share| {
        let high = tidy(share * most, most).max(most / 100.0);
        PetLook { range: [low.min(high * 0.95), high], ..look }
    });
    match &pet.suv {
        Ok(suv) => paragraph_ui(ui, &words::full_sentence(&heard(&suv.source)), t.muted),
        Err(why) => {
            let why = words::full_sentence(&heard(why));
            paragraph_ui(ui, &format!("{} {why}", icons::WARNING), t.warning);
        }
    }
}

/// A tenth of an SUV, or a hundredth of what there is.
fn tidy(value: f32, most: f32) -> f32 {
    let step = if most <= 40.0 { 0.1 } else { most / 100.0 };
    (value / step).round() * step
}

fn slider(
    ui: &mut Ui,
    out: &mut Commands,
    (name, share, shown): (&str, f32, &str),
    to: impl Fn(f32) -> PetLook,
) {
    let (new, response) = slider_row_ui(ui, name, share.clamp(0.0, 1.0), shown);
    if response.drag_started() {
        out.push(Command::BeginGesture);
    }
    if let Some(new) = new {
        // Who changes how it looks wants to see it.
        out.edit(Edit::Pet(PetLook { on: true, ..to(new) }));
    }
    if response.drag_stopped() {
        out.push(Command::EndGesture);
    }
}
