# ./dev demo

local=
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --local) local=1 ;;
    -h | --help)
      cat <<'HELP'
./dev demo [--local] [options of howdah run...]

Trains a CNN on the real Fashion-MNIST: sets this machine up, builds, starts a small real Hadoop
cluster (named demo), puts the data set into HDFS, submits examples/fashion-mnist/job.yaml to YARN
and follows it. Prints accuracy, recall and F1 on the test images and where the model lies.

  --local     no Hadoop: workers are processes of this machine

Other options go to `howdah run`, for example
  ./dev demo --set train.epochs=1 --set resources.workers.max=2
The cluster stays up for a look around: ./dev cluster down --name demo ends it.
HELP
      exit ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

cd "$HOWDAH_ROOT"
"$HOWDAH_ROOT/dev" build howdah howdah-data howdah-train
howdah=build/release/bin/howdah
[ -x "$howdah" ] || die "$howdah was not built: run ./dev build and look at its output"

source=$(dpkg -L dataset-fashion-mnist | sed -n 's|/train-images-idx3-ubyte\.gz$||p')
[ -d "$source" ] ||
  die "Debian's package dataset-fashion-mnist holds no train-images-idx3-ubyte.gz: reinstall it"
if [ -n "$local" ]; then
  exec "$howdah" run examples/fashion-mnist/local.yaml --on local "${arguments[@]}"
fi

python_tool cluster up --name demo
exports=$(python_tool cluster env --name demo)
eval "$exports"
target=hdfs:///datasets/fashion-mnist
"$howdah" fs mkdir -p "$target"
for file in train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
  length=$("$howdah" fs stat --json "$target/$file.gz" 2>/dev/null |
    sed -n 's/.*"length": *\([0-9]*\).*/\1/p') || length=
  if [ "$length" != "$(stat -Lc %s "$source/$file.gz")" ]; then
    echo "putting $file.gz into $target"
    "$howdah" fs put -f "$source/$file.gz" "$target/$file.gz"
  fi
done

result=0
"$howdah" run examples/fashion-mnist/job.yaml "${arguments[@]}" || result=$?
cat <<HINT

To look further, in this shell:
  eval "\$(./dev cluster env --name demo)"
  $howdah list                     the jobs
  $howdah status JOB               one of them; logs JOB for what its processes wrote
  $howdah fs ls hdfs:///user/$(id -un)/.howdah/jobs
  ./dev cluster status --name demo the daemons and their web pages
  ./dev cluster down --name demo   end the cluster
HINT
exit $result
