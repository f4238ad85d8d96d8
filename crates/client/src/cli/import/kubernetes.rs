//! `punctual import kubernetes`: the cron jobs of manifests are registered.
//!
//! Manifests stay as they are: how a container's command is put under watch is for people, and on the page of the manual.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{WantedArgs, plan_and_register, sources, tell};
use crate::cli::output::{Failure, say};
use crate::import::kubernetes::{Survey, Surveyor};

/// Arguments of `punctual import kubernetes`.
///
/// Watch the `CronJob`s of Kubernetes manifests.
///
/// Shows what would be registered, and changes nothing; --apply registers it. Ids are NAMESPACE/NAME, and the service is
/// the namespace. Suspended ones are passed over. In the manifest, `punctual exec NAMESPACE/NAME --` goes before the
/// command of the container.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  punctual import kubernetes -f cronjob.yaml
  punctual import kubernetes -f manifests/ --apply
  kubectl get cronjobs --all-namespaces -o yaml | punctual import kubernetes -f -")]
pub struct KubernetesArgs {
    #[command(flatten)]
    wanted: WantedArgs,
    /// Manifests: a file, a folder with files, or - for standard input; may be given several times
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR|-", required = true)]
    files: Vec<PathBuf>,
    /// Namespace of what names none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    namespace: String,
    /// Service the jobs belong to [default: the namespace]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Time zone of schedules that name none: that of the cluster's controller [default: UTC]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
}

pub(super) async fn import(args: &KubernetesArgs) -> Result<(), Failure> {
    let surveyor = Surveyor {
        service: args.service.as_deref(),
        grace: args.wanted.grace.as_deref(),
        zone: args.timezone.as_deref(),
        namespace: &args.namespace,
    };
    let mut survey = Survey::default();
    for path in paths(&args.files)? {
        let (place, text) = sources::text(&path)?;
        surveyor.survey(&place, &text, &mut survey).map_err(Failure::Unfit)?;
    }
    tell(&survey.notes);
    if survey.others > 0 {
        say(&format!("note: {} things of other kinds were passed over", survey.others));
    }
    plan_and_register(&args.wanted, &survey.proposals).await.map(drop)
}

fn paths(files: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for file in files {
        if file.is_dir() {
            paths.extend(sources::folder(file, is_manifest)?);
        } else {
            paths.push(file.clone());
        }
    }
    Ok(paths)
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known))
}
