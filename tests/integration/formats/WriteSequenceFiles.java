import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.*;
import org.apache.hadoop.io.SequenceFile.CompressionType;
import org.apache.hadoop.io.SequenceFile.Writer;
import org.apache.hadoop.io.compress.*;
import org.apache.hadoop.mapred.FileSplit;
import org.apache.hadoop.mapred.SequenceFileRecordReader;

/**
 * Writes SequenceFiles by Hadoop itself: FOLDER/LAYOUT-CODEC.seq with RECORDS records of LongWritable
 * and Text, and beside it, as FILE.splits, how
 * many of them Hadoop's own reader finds in each split of SPLIT bytes; and FOLDER/types-CLASS.seq. What this machine's Hadoop cannot write (a codec without its
 * native library) is left out.
 */
public final class WriteSequenceFiles {
  static final int RECORDS = 20_000;
  static final long SPLIT = 10_000;

  public static void main(String[] arguments) throws IOException {
    Configuration configuration = new Configuration();
    configuration.set("fs.defaultFS", "file:///");
    String folder = arguments[0];
    write(configuration, folder + "/none-none.seq", CompressionType.NONE, null);
    CompressionCodec[] codecs = {
      new DefaultCodec(), new GzipCodec(), new BZip2Codec(), new SnappyCodec(), new Lz4Codec(),
      new ZStandardCodec()
    };
    for (CompressionCodec codec : codecs) {
      for (CompressionType layout : new CompressionType[] {CompressionType.RECORD, CompressionType.BLOCK}) {
        String name = layout.toString().toLowerCase() + "-" + codec.getClass().getSimpleName();
        String path = folder + "/" + name + ".seq";
        try {
          ((org.apache.hadoop.conf.Configurable) codec).setConf(configuration);
          write(configuration, path, layout, codec);
        } catch (RuntimeException | LinkageError unavailable) {
          new java.io.File(path).delete();
        }
      }
    }
    types(configuration, folder);
  }

  static String value(int i) {
    return "value " + i + " " + "é".repeat(i % 50);
  }

  static void write(Configuration configuration, String path, CompressionType layout, CompressionCodec codec)
      throws IOException {
    SequenceFile.Metadata metadata = new SequenceFile.Metadata();
    metadata.set(new Text("made by"), new Text("a test"));
    Writer.Option compression =
        codec == null ? Writer.compression(layout) : Writer.compression(layout, codec);
    // Blocks of 64 KiB and markers every 2 KB, so that small files have many.
    configuration.setInt("io.seqfile.compress.blocksize", 64 << 10);
    try (Writer writer =
        SequenceFile.createWriter(configuration, Writer.file(new Path(path)), Writer.keyClass(LongWritable.class),
            Writer.valueClass(Text.class), Writer.metadata(metadata), Writer.syncInterval(2000), compression)) {
      int records = codec instanceof BZip2Codec && layout == CompressionType.RECORD ? RECORDS / 40 : RECORDS;
      for (int i = 0; i < records; ++i) writer.append(new LongWritable(i * 1_000_003L - 7), new Text(value(i)));
    }
    splits(configuration, path);
  }

  static void splits(Configuration configuration, String path) throws IOException {
    long length = new java.io.File(path).length();
    try (java.io.PrintWriter counts = new java.io.PrintWriter(path + ".splits")) {
      for (long begin = 0; begin < length; begin += SPLIT) {
        FileSplit split =
            new FileSplit(new Path(path), begin, Math.min(SPLIT, length - begin), (String[]) null);
        SequenceFileRecordReader<LongWritable, Text> reader =
            new SequenceFileRecordReader<>(configuration, split);
        LongWritable key = reader.createKey();
        Text value = reader.createValue();
        int count = 0;
        while (reader.next(key, value)) ++count;
        reader.close();
        counts.println(count);
      }
    }
  }

  static void types(Configuration configuration, String folder) throws IOException {
    Writable[][] values = {
      {new Text(""), new Text("año")},
      {new BytesWritable(new byte[] {'b', 'y'}), new BytesWritable(new byte[0])},
      {new ByteWritable((byte) -128), new ByteWritable((byte) 5)},
      {new ShortWritable((short) -300), new ShortWritable((short) 7)},
      {new IntWritable(Integer.MIN_VALUE), new IntWritable(70_000)},
      {new LongWritable(Long.MIN_VALUE), new LongWritable(1L << 40)},
      {new VIntWritable(-113), new VIntWritable(Integer.MAX_VALUE)},
      {new VLongWritable(Long.MAX_VALUE), new VLongWritable(-112)},
      {new FloatWritable(-1.5f), new FloatWritable(0.25f)},
      {new DoubleWritable(1e300), new DoubleWritable(-0.5)},
      {new BooleanWritable(true), new BooleanWritable(false)},
    };
    for (Writable[] pair : values) {
      String path = folder + "/types-" + pair[0].getClass().getSimpleName() + ".seq";
      try (Writer writer =
          SequenceFile.createWriter(configuration, Writer.file(new Path(path)), Writer.keyClass(NullWritable.class),
              Writer.valueClass(pair[0].getClass()), Writer.compression(CompressionType.BLOCK, new DefaultCodec()))) {
        for (Writable value : pair) writer.append(NullWritable.get(), value);
      }
    }
  }
}
