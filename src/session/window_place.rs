//! Where the window was when it was closed.

use serde::{Deserialize, Serialize};

/// Size and place of the window, in points at 100 % text size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Width and height of what is inside its frame.
    pub size: [f32; 2],
    /// Its upper left corner among all screens; `None` where the system keeps that to itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corner: Option<[f32; 2]>,
    /// Over the whole screen, with `size` for when it is not.
    #[serde(default)]
    pub maximised: bool,
}

impl WindowPlace {
    /// As the file has it, if a window can be of that size.
    /// - `least`: smallest width and height, points
    pub fn believed(self, least: [f32; 2]) -> Option<Self> {
        const LARGEST: f32 = 32_768.0;
        let usual = |n: f32| n.is_finite() && n.abs() <= LARGEST;
        let size = self.size.into_iter().all(|n| usual(n) && n > 0.0);
        let corner = self.corner.filter(|corner| corner.iter().all(|n| usual(*n)));
        let [width, height] = self.size;
        size.then_some(Self { size: [width.max(least[0]), height.max(least[1])], corner, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_no_window_can_have_is_left_out() {
        let place = |size, corner| WindowPlace { size, corner, maximised: false };
        assert_eq!(place([f32::NAN, 900.0], None).believed([10.0; 2]), None);
        assert_eq!(place([0.0, 900.0], None).believed([10.0; 2]), None);
        let found = place([100.0, 900.0], Some([f32::INFINITY, 0.0])).believed([1280.0, 720.0]);
        assert_eq!(found, Some(place([1280.0, 900.0], None)));
    }
}
