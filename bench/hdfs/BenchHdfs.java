// What bench_hdfs.cc does, with Java's client. A process measures the second of two passes, so that
// the code is compiled and the JVM's start does not count.
import java.lang.management.ManagementFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

public class BenchHdfs {
  static final int PIECE = 1 << 20;

  static void write(FileSystem files, Path path, long length, byte[] piece) throws Exception {
    try (FSDataOutputStream out = files.create(path, true)) {
      for (long left = length; left > 0; left -= piece.length)
        out.write(piece, 0, (int) Math.min(piece.length, left));
    }
  }

  static void read(FileSystem files, Path path, long length, byte[] piece) throws Exception {
    long at = 0;
    try (FSDataInputStream in = files.open(path)) {
      for (int count; (count = in.read(piece, 0, piece.length)) >= 0; ) at += count;
    }
    if (at != length) throw new IllegalStateException("the file has " + at + " bytes");
  }

  static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  public static void main(String[] arguments) throws Exception {
    String verb = arguments[0];
    long length = Long.parseLong(arguments[2]);
    Path path = new Path(arguments[1]);
    FileSystem files = path.getFileSystem(new Configuration());
    byte[] piece = new byte[PIECE];
    for (int i = 0; i < piece.length; ++i) piece[i] = (byte) (i * 31 >> 3);
    double seconds = 0, cpu = 0;
    for (int pass = 0; pass < 2; ++pass) {
      long cpuStart = cpuNanos(), start = System.nanoTime();
      if (verb.equals("write")) write(files, path, length, piece);
      else read(files, path, length, piece);
      seconds = (System.nanoTime() - start) * 1e-9;
      cpu = (cpuNanos() - cpuStart) * 1e-9;
    }
    System.out.printf("%.6f %.6f%n", seconds, cpu);
  }
}
