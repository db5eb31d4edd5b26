//! Two maps that are looked at together.

use std::sync::Arc;

use super::document::Session;
use super::look::Against;
use crate::explain::{Method, Saliency, Wanted};
use crate::findings::Nodule;

/// Maps of one nodule: of two methods, or of two networks.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// The one that is shown, and the one that it is compared with.
    pub maps: [&'a Arc<Saliency>; 2],
    /// The network of each, where they are two.
    pub models: Option<[&'a str; 2]>,
}

impl Session {
    /// The map of the selected nodule that is shown, and the one that is taken off it, where one is.
    pub fn compared_maps(&self) -> Option<[&Arc<Saliency>; 2]> {
        self.compared().map(|compared| compared.maps)
    }

    /// The same with what there is to say of them.
    pub fn compared(&self) -> Option<Compared<'_>> {
        self.map_and(self.look().heatmap.against?)
    }

    /// The selected nodule's map and another one, of the same scale where it has one.
    /// - returns: `None` where one of them is not there, or both are one
    pub fn map_and(&self, against: Against) -> Option<Compared<'_>> {
        let nodule = self.selected()?;
        let shown = nodule.shown_saliency(self.look().heatmap.map)?;
        let own = nodule.answer()?.model.as_str();
        let method = against.method;
        if let Some(model) = against.model {
            let asked = model != own && self.look().beside.contains(&model);
            let mut others = nodule.maps_of_others().filter(|_| asked);
            let (_, other) = others.find(|(of, map)| *of == model && map.method == method.name())?;
            return Some(Compared { maps: [shown, other], models: Some([own, model]) });
        }
        let of = |scale| nodule.saliency(Wanted { method, scale });
        let other = of(shown.scale).or_else(|| of(None)).filter(|_| shown.method != method.name())?;
        Some(Compared { maps: [shown, other], models: None })
    }

    /// What the selected nodule's map can be compared with: other methods of the same network, then maps of networks
    /// that were asked beside.
    pub fn other_maps(&self) -> impl Iterator<Item = (Against, &Arc<Saliency>)> {
        let nodule = self.selected();
        let shown = nodule.and_then(|nodule| nodule.shown_saliency(self.look().heatmap.map));
        let own = nodule.and_then(Nodule::answer).map(|answer| answer.model.as_str());
        let maps = nodule.map(Nodule::maps).unwrap_or_default().iter();
        let combined = maps
            .filter(move |map| map.scale.is_none() && shown.is_some_and(|shown| shown.method != map.method));
        let of_others = nodule.into_iter().flat_map(Nodule::maps_of_others);
        let beside = &self.look().beside;
        let of_others = of_others
            .filter(move |(model, _)| shown.is_some() && Some(*model) != own && beside.contains(model));
        let all = combined.map(|map| (None, map)).chain(of_others.map(|(model, map)| (Some(model), map)));
        all.filter_map(|(model, map)| Some((Against { model, method: Method::named(map.method)? }, map)))
    }
}
