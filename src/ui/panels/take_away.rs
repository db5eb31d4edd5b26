//! What can be taken out of the program of the maps of a nodule.

use egui::Ui;

use crate::command::{Command, Commands, Explaining, entry};
use crate::say;
use crate::ui::widgets::{Press, menu, menu_row_ui, press_ui};
use crate::ui::{Scene, icons};

/// A menu: figure, maps as DICOM.
pub fn take_away_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let tip = say!("take-tip");
    let button =
        press_ui(ui, Press::new(icons::EXPORT, say!("take-save")).menu().filled()).on_hover_text(tip);
    menu(&button).show(|ui| {
        ui.set_width(250.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        let rows = [
            (Explaining::SaveFigure, icons::PICTURE),
            (Explaining::SaveMaps { with_patient: false }, icons::FILES),
            (Explaining::SaveMaps { with_patient: true }, icons::FILES),
        ];
        for (asked, icon) in rows {
            let command = Command::Explaining(asked);
            let Some(entry) = entry(&command) else { continue };
            let key = scene.key(&command);
            let press = Press::new(icon, entry.said()).key(&key).enabled(scene.enabled(&command));
            if menu_row_ui(ui, press).on_hover_text(entry.said_help()).clicked() {
                out.push(command);
                ui.close();
            }
        }
    });
}
