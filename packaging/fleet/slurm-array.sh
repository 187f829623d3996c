#!/bin/bash
#SBATCH --job-name=outrider-fleet
#SBATCH --ntasks=1 --requeue
# One shard of a fleet: its number is the array task's. The arguments are those of `outrider fleet`,
# the same for all; --seed and --out among them. Played again after its node was lost, it writes the
# same part again.
set -euo pipefail
exec "${OUTRIDER:-outrider}" fleet --jobs "${SLURM_CPUS_PER_TASK:-1}" "$@"
