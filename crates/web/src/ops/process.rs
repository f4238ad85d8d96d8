//! What the machine says of this process: CPU, memory, files, network. Whatever cannot be read is left out.

use super::text::Page;

/// Ticks of `/proc/self/stat` a second, the same on every Linux that we run on.
const TICKS_PER_SEC: f64 = 100.0;

pub(super) fn write(page: &mut Page) {
    if let Some(secs) = cpu_secs() {
        page.single("process_cpu_seconds_total", "counter", "CPU time used, in seconds.", secs);
    }
    if let Some(bytes) = resident_bytes() {
        page.single("process_resident_memory_bytes", "gauge", "Memory in use.", bytes);
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        page.single("process_open_fds", "gauge", "Files and sockets that are open.", files.count() as f64);
    }
    if let Some((received, sent)) = network_bytes() {
        page.family(
            "punctual_network_bytes_total",
            "counter",
            "Bytes over the network of this machine or container.",
        );
        page.sample("punctual_network_bytes_total", &[("direction", "received")], received);
        page.sample("punctual_network_bytes_total", &[("direction", "sent")], sent);
    }
}

fn cpu_secs() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The command's name stands in brackets and may hold anything; what follows is numbers.
    let numbers: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| numbers.get(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SEC)
}

fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

fn network_bytes() -> Option<(f64, f64)> {
    let table = std::fs::read_to_string("/proc/self/net/dev").ok()?;
    let lines = table.lines().filter_map(|line| line.split_once(':')).filter(|(name, _)| name.trim() != "lo");
    let figures = lines.filter_map(|(_, figures)| {
        let figures: Vec<&str> = figures.split_whitespace().collect();
        Some((figures.first()?.parse::<f64>().ok()?, figures.get(8)?.parse::<f64>().ok()?))
    });
    Some(
        figures
            .fold((0.0, 0.0), |(received, sent), (more_in, more_out)| (received + more_in, sent + more_out)),
    )
}
