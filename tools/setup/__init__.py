"""What ./dev setup does beyond Debian's packages."""
