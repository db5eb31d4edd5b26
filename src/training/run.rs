//! A whole network for one fold: three encoders one after the other, all three together where that is asked
//! for, then the fusion.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use sha2::{Digest, Sha256};

use super::checkpoint::{StageState, fingerprint_of, refuse_other};
use super::config::{Part, TrainConfig};
use super::encoder::{EncoderInTraining, EncoderTask};
use super::error::TrainingError;
use super::fit::Stage;
use super::fusion::{FusionInTraining, FusionTask, View, read};
use super::pictures::{Look, Pictures};
use super::scales::{ScalesInTraining, ScalesTask};
use super::split::{Split, split};
use crate::inference::LearningDevice;
use crate::jobs::JobContext;
use crate::networks::m3net::{Encoder, M3Net, path_of, published_layout};
use crate::networks::weights::{StateDict, collect, load_into, random};
use crate::networks::{M3NET_SCALES, Tapped, Taps, m3net_config as layers_of};

/// What is trained, and on what.
pub struct Run<'a> {
    /// Name of the network.
    pub model: &'a str,
    /// Cases.
    pub pictures: &'a Pictures,
    /// Every choice.
    pub config: &'a TrainConfig,
    /// Where it is computed.
    pub device: &'a LearningDevice,
    /// Where checkpoints lie: a folder for each fold and stage.
    pub folder: &'a Path,
    /// Progress and cancel.
    pub ctx: &'a JobContext,
}

/// A trained fold.
pub struct Trained {
    /// The network's tensors by their published keys, and `readers.weight`, `readers.bias`: the head
    /// that predicts mean and spread of the readers' ratings from the pooled features of all scales.
    pub state: StateDict,
    /// Which cases taught it.
    pub split: Split,
}

impl Run<'_> {
    /// The folder of a fold.
    fn folder_of(&self, fold: Option<u32>) -> PathBuf {
        self.folder.join(fold.map_or("all".to_owned(), |fold| format!("fold{fold}")))
    }

    /// Refuses a fold of which a stage was begun with something else, and leaves it as it is.
    /// - errors: such a stage, too few cases left to train on
    pub fn refuse_other(&self, fold: Option<u32>) -> Result<(), TrainingError> {
        let split = split(self.pictures, fold, self.config)?;
        let folder = self.folder_of(fold);
        for part in Part::ALL {
            let own = || fingerprint(self.model, self.config, part, self.pictures, &split);
            refuse_other(&folder.join(part.name()), own)?;
        }
        Ok(())
    }

    /// Trains one fold, or goes on where it was stopped.
    /// - `fold`: held out; `None` learns from every case
    /// - `told`: called with the stage's name after each epoch
    /// - errors: as [`Stage::fit`]; an unknown network
    pub fn fold(
        &self,
        fold: Option<u32>,
        mut told: impl FnMut(&str, &StageState),
    ) -> Result<Trained, TrainingError> {
        let config = self.config;
        let split = split(self.pictures, fold, config)?;
        let number = fold.map_or(u64::MAX, u64::from);
        let folder = self.folder_of(fold);
        let fingerprint = |part| fingerprint(self.model, self.config, part, self.pictures, &split);
        let learning = self.device.device.clone().autodiff();
        let (encoders, fusion) =
            first_values(self.model, config.seed.wrapping_mul(1_000_003).wrapping_add(number), &learning)?
                .into_parts();
        let widths = layers_of(self.model)?.features();

        let encoder_folders = M3NET_SCALES.map(|s| folder.join(Part::Encoder(s.scale).name()));
        let [scales_folder, fusion_folder] = [Part::Scales, Part::Fusion].map(|p| folder.join(p.name()));
        let stage = |folder, part| Stage {
            split: &split,
            seed: config.seed,
            fold: number,
            fingerprint: fingerprint(part),
            folder,
            device: &learning,
            ctx: self.ctx,
        };
        let mut trained: Vec<EncoderInTraining> = Vec::with_capacity(3);
        let kinds = layers_of(self.model)?.encoders;
        for ((scale, encoder), width) in M3NET_SCALES.iter().zip(encoders).zip(widths) {
            let own = scale.scale as usize;
            let task = EncoderTask { pictures: self.pictures, config, scale: *scale };
            // Native voxels at every scale: what the smaller crop taught holds in the larger one.
            let fresh = match trained.last() {
                Some(smaller) if config.warm_start && kinds[own] == kinds[own - 1] => smaller.clone(),
                _ => EncoderInTraining::new(encoder, width, &learning),
            };
            let (net, _) =
                stage(&encoder_folders[own], Part::Encoder(scale.scale))
                    .fit(&task, fresh, |state| told(scale.scale.name(), state))?;
            trained.push(net);
        }
        if let Some(how) = &config.mutual_information {
            let task = ScalesTask { pictures: self.pictures, config, how };
            let fresh = ScalesInTraining::new(trained, widths, &learning);
            let stage = stage(&scales_folder, Part::Scales);
            let (net, _) = stage.fit(&task, fresh, |state| told("scales", state))?;
            trained = net.into_encoders();
        }
        let trained = trained.into_iter().map(|net| net.valid().into_encoder().centred()).collect::<Vec<_>>();
        let Ok(encoders) = <[_; 3]>::try_from(trained) else { unreachable!("one for each scale") };

        let seen: Vec<usize> = split.train.iter().chain(&split.validation).copied().collect();
        let mut all = vec![Vec::new(); self.pictures.nodules.len()];
        let varied = (0..config.fusion_views as u64).map(|n| Look::Varied((1 << 32) + n));
        for (n, wanted) in [Look::Plain].into_iter().chain(varied).enumerate() {
            let words = format!("what the encoders say: look {} of {}", n + 1, config.fusion_views + 1);
            self.ctx.step(&words, n as f32 / (config.fusion_views + 1) as f32)?;
            for (&case, view) in seen.iter().zip(self.views(&encoders, &seen, wanted)?) {
                all[case].push(view);
            }
        }
        let task = FusionTask { pictures: self.pictures, config, views: &all };
        let fresh = FusionInTraining::new(fusion, widths.iter().sum(), &learning);
        let (net, _) =
            stage(&fusion_folder, Part::Fusion).fit(&task, fresh, |state| told("fusion", state))?;
        let (fusion, readers) = net.valid().into_parts();

        let mut state = collect(&M3Net::from_parts(encoders, fusion), |path| {
            path.strip_prefix("fusion.").unwrap_or(path).to_owned()
        })?;
        for (key, array) in collect(&readers, |path| format!("readers.{path}"))?.tensors {
            state.tensors.insert(key, array);
        }
        Ok(Trained { state, split })
    }

    /// Asks the encoders about looks of cases.
    /// - `encoders`: micro, meso, macro, without gradients
    /// - returns: views in the order of `cases`
    /// - errors: cancelled, values that the device does not give back
    fn views(
        &self,
        encoders: &[Encoder; 3],
        cases: &[usize],
        look: Look,
    ) -> Result<Vec<View>, TrainingError> {
        let mut views: Vec<View> =
            cases.iter().map(|_| View { logits: [[0.0; 2]; 3], features: Vec::new() }).collect();
        for (scale, encoder) in M3NET_SCALES.iter().zip(encoders) {
            let batch = self.config.encoders[scale.scale as usize].batch;
            for (some, views) in cases.chunks(batch).zip(views.chunks_mut(batch)) {
                self.ctx.check()?;
                let crops =
                    self.pictures.crops(some, look, self.config, scale.crop).tensor(&self.device.device);
                let mut taps = Taps::of(&["avgpool"]);
                let logits = read(encoder.forward_tapped(crops, &mut taps))?;
                let pooled = match taps.take("avgpool") {
                    Some(Tapped::D2(pooled)) => read(pooled)?,
                    _ => Vec::new(),
                };
                let width = pooled.len() / some.len();
                for (n, view) in views.iter_mut().enumerate() {
                    view.logits[scale.scale as usize].copy_from_slice(&logits[2 * n..2 * n + 2]);
                    view.features.extend_from_slice(&pooled[width * n..width * (n + 1)]);
                }
            }
        }
        Ok(views)
    }
}

/// What a checkpoint belongs to: network, configuration as far as it bears on the stage, and which
/// cases teach, with all that they teach. Where they lie on disk is no part of it.
pub fn fingerprint(
    model: &str,
    config: &TrainConfig,
    part: Part,
    pictures: &Pictures,
    split: &Split,
) -> String {
    let mut hash = Sha256::new();
    hash.update(model.as_bytes());
    hash.update(config.up_to(part).to_toml().as_bytes());
    for cases in [&split.train, &split.validation] {
        hash.update((cases.len() as u64).to_le_bytes());
        for &case in cases {
            hash.update(pictures.sum(case));
        }
    }
    fingerprint_of(hash)
}

/// A network with random values.
pub(super) fn first_values(model: &str, seed: u64, device: &Device) -> Result<M3Net, TrainingError> {
    let layers = layers_of(model)?;
    let layout = published_layout(&layers);
    let mut net = M3Net::new(&layers, device);
    load_into(&mut net, model, &layout, random(&layout, seed), path_of)?;
    Ok(net)
}
