#!/bin/bash
#SBATCH --job-name=outrider-fleet-merge
#SBATCH --ntasks=1
# After all shards: the arguments are those of `outrider fleet merge`.
set -euo pipefail
exec "${OUTRIDER:-outrider}" fleet merge "$@"
