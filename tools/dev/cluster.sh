# ./dev cluster: the package tools/cluster is its command line, help included.
command -v python3 >/dev/null || die "python3 is not installed: run ./dev setup"
python_tool cluster "$@"
