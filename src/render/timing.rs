//! How long a viewport's own drawing takes on the GPU, by its time stamps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const IDLE: u8 = 0;
/// The copy of the stamps is in a command buffer that has not been read.
const ENCODED: u8 = 1;
const MAPPING: u8 = 2;
const MAPPED: u8 = 3;

/// Two time stamps around a pass, read a few frames later so that nobody waits.
pub(super) struct PassTimer {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    read: wgpu::Buffer,
    state: Arc<AtomicU8>,
    last_ms: Option<f64>,
    fresh: bool,
}

impl PassTimer {
    /// `None` where the adapter has no time stamps.
    pub(super) fn new(device: &wgpu::Device) -> Option<Self> {
        if !device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return None;
        }
        let buffer = |label, usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size: 16,
                usage,
                mapped_at_creation: false,
            })
        };
        let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("view time"),
            ty: wgpu::QueryType::Timestamp,
            count: 2,
        });
        Some(Self {
            queries,
            resolved: buffer("view time", wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC),
            read: buffer("view time, read", wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ),
            state: Arc::new(AtomicU8::new(IDLE)),
            last_ms: None,
            fresh: false,
        })
    }

    /// For the pass to measure; `None` while an earlier one is still being read.
    pub(super) fn writes(&self) -> Option<wgpu::RenderPassTimestampWrites<'_>> {
        (self.state.load(Ordering::Acquire) == IDLE).then_some(wgpu::RenderPassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        })
    }

    /// After a pass that had [`PassTimer::writes`].
    pub(super) fn finish(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.resolve_query_set(&self.queries, 0..2, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.read, 0, 16);
        self.state.store(ENCODED, Ordering::Release);
    }

    /// Moves the reading on; call it at the start of a frame, when the last one was submitted.
    pub(super) fn advance(&mut self, queue: &wgpu::Queue) {
        match self.state.load(Ordering::Acquire) {
            ENCODED => {
                self.state.store(MAPPING, Ordering::Release);
                let state = Arc::clone(&self.state);
                self.read.map_async(wgpu::MapMode::Read, .., move |result| {
                    state.store(if result.is_ok() { MAPPED } else { IDLE }, Ordering::Release);
                });
            }
            MAPPED => {
                if let Ok(view) = self.read.get_mapped_range(..) {
                    let stamps: Vec<u64> = view
                        .chunks_exact(8)
                        .filter_map(|bytes| Some(u64::from_ne_bytes(bytes.try_into().ok()?)))
                        .collect();
                    if let [begin, end] = stamps[..] {
                        let ticks = end.saturating_sub(begin) as f64;
                        self.last_ms = Some(ticks * f64::from(queue.get_timestamp_period()) * 1e-6);
                        self.fresh = true;
                    }
                }
                self.read.unmap();
                self.state.store(IDLE, Ordering::Release);
            }
            _ => {}
        }
    }

    /// A measurement that was not taken before.
    pub(super) fn take_ms(&mut self) -> Option<f64> {
        std::mem::take(&mut self.fresh).then_some(self.last_ms).flatten()
    }

    /// Newest measurement.
    pub(super) fn last_ms(&self) -> Option<f64> {
        self.last_ms
    }
}
