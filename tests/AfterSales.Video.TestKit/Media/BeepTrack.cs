using System.Buffers.Binary;

namespace AfterSales.Video.TestKit.Media;

/// <summary>Sound to go with <see cref="TestPattern"/>: a tone for the first 100 ms of each second, else faint noise so that no encoder calls it silence.</summary>
public sealed class BeepTrack(double toneHz = 1000, int noiseSeed = 1)
{
    public const int SampleRateHz = 48_000;

    /// <summary>16-bit mono PCM of <paramref name="duration"/>.</summary>
    public short[] Render(TimeSpan duration)
    {
        var samples = new short[(int)(duration.TotalSeconds * SampleRateHz)];
        var noise = new Random(noiseSeed);
        for (var i = 0; i < samples.Length; i++)
        {
            var phase = i % SampleRateHz;
            var tone = phase < SampleRateHz / 10 ? 12_000 * Math.Sin(2 * Math.PI * toneHz * phase / SampleRateHz) : 0;
            samples[i] = (short)(tone + noise.Next(-20, 21));
        }

        return samples;
    }

    /// <summary>The same as a WAV file.</summary>
    public byte[] RenderWave(TimeSpan duration)
    {
        var samples = Render(duration);
        var file = new byte[44 + samples.Length * 2];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), SampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), SampleRateHz * 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), samples.Length * 2);
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan()).CopyTo(file.AsSpan(44));
        return file;
    }
}
