namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Writes a Matroska file (RFC 9559) front to back: SimpleBlocks in clusters of known size, cues at the end, sizes and duration patched
/// into the head when it is done. Times are exact to 0.1 ms.
/// </summary>
internal sealed class MatroskaWriter : IDisposable
{
    private const long TickNs = 100_000;

    /// <summary>Keeps block times, 16 bits of ticks relative to the cluster (±3.2 s), in range, and seeking fine-grained.</summary>
    private const long ClusterNs = 2_000_000_000;
    private const int MaxClusterBytes = 8 * 1024 * 1024;
    private readonly FileStream _file;
    private readonly EbmlBuffer _buffer = new();
    private readonly EbmlBuffer _cues = new();
    private readonly bool[] _isVideo;
    private long _segmentStart;
    private long _durationAt;
    private long _seekAt;
    private long _clusterTick = -1;
    private long _cuedCluster = -1;
    private long _lastTick;

    /// <param name="docType">"matroska" or "webm".</param>
    public MatroskaWriter(string path, string docType, DateTimeOffset startUtc, IReadOnlyList<MatroskaTrack> tracks)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 20);
        _isVideo = [.. tracks.Select(t => t.IsVideo)];
        WriteHead(docType, startUtc, tracks);
    }

    /// <param name="track">Index into the tracks given.</param>
    /// <param name="timeNs">From the start of the file; not before the previous call's by more than 3 s.</param>
    public void Write(int track, long timeNs, bool isKey, ReadOnlySpan<byte> frame)
    {
        var tick = (timeNs + TickNs / 2) / TickNs;
        if (_clusterTick < 0 || tick - _clusterTick >= ClusterNs / TickNs || _buffer.Length > MaxClusterBytes)
            BeginCluster(tick);
        if (isKey && _cuedCluster != _clusterTick && (_isVideo[track] || !_isVideo.Contains(true)))
            AddCue(track, tick);
        _buffer.SimpleBlock(track + 1, (short)(tick - _clusterTick), isKey, frame);
        _lastTick = Math.Max(_lastTick, tick);
    }

    /// <summary>Writes cues and patches the head.</summary>
    public void Finish(long durationNs)
    {
        EndCluster();
        var cuesAt = _file.Position - _segmentStart;
        _buffer.Clear();
        _buffer.Master(0x1C53BB6B, _cues);
        _file.Write(_buffer.Written);
        var end = _file.Position;
        Patch(_segmentStart - 8, b => b.Head(0, end - _segmentStart), skip: 1);
        Patch(_durationAt, b => b.Float(0x4489, Math.Max(durationNs / (double)TickNs, _lastTick)), skip: 0);
        Patch(_seekAt, b => b.Fixed(0x53AC, cuesAt), skip: 0);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private void WriteHead(string docType, DateTimeOffset startUtc, IReadOnlyList<MatroskaTrack> tracks)
    {
        _buffer.Master(0x1A45DFA3, new EbmlBuffer()
            .Unsigned(0x4286, 1).Unsigned(0x42F7, 1).Unsigned(0x42F2, 4).Unsigned(0x42F3, 8)
            .Text(0x4282, docType).Unsigned(0x4287, 4).Unsigned(0x4285, 2));
        _buffer.Head(0x18538067, 0);
        _segmentStart = _buffer.Length;
        var seek = new EbmlBuffer().Binary(0x53AB, [0x1C, 0x53, 0xBB, 0x6B]).Fixed(0x53AC, 0);
        _buffer.Master(0x114D9B74, new EbmlBuffer().Master(0x4DBB, seek));
        _seekAt = _buffer.Length - 11;
        var since2001 = (startUtc - new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero)).Ticks * 100;
        _buffer.Master(0x1549A966, new EbmlBuffer()
            .Unsigned(0x2AD7B1, TickNs).Text(0x4D80, "AfterSales.Video").Text(0x5741, "AfterSales.Video").Fixed(0x4461, since2001).Float(0x4489, 0));
        _durationAt = _buffer.Length - 11;
        var entries = new EbmlBuffer();
        for (var i = 0; i < tracks.Count; i++)
            entries.Master(0xAE, Entry(i + 1, tracks[i]));
        _buffer.Master(0x1654AE6B, entries);
        _file.Write(_buffer.Written);
        _buffer.Clear();
    }

    private static EbmlBuffer Entry(int number, MatroskaTrack track)
    {
        var entry = new EbmlBuffer()
            .Unsigned(0xD7, (ulong)number).Unsigned(0x73C5, (ulong)number).Unsigned(0x83, track.IsVideo ? 1u : 2u).Unsigned(0x9C, 0)
            .Text(0x536E, track.Name).Text(0x22B59C, "und").Text(0x86, track.CodecId);
        if (track.CodecPrivate.Length > 0)
            entry.Binary(0x63A2, track.CodecPrivate);
        return track.IsVideo
            ? entry.Master(0xE0, new EbmlBuffer().Unsigned(0xB0, (ulong)track.Width).Unsigned(0xBA, (ulong)track.Height))
            : entry.Unsigned(0x56BB, 80_000_000).Master(0xE1, new EbmlBuffer().Float(0xB5, 48_000).Unsigned(0x9F, (ulong)track.Channels));
    }

    private void BeginCluster(long tick)
    {
        EndCluster();
        _clusterTick = tick;
        _buffer.Unsigned(0xE7, (ulong)tick);
    }

    private void EndCluster()
    {
        if (_clusterTick < 0)
            return;
        var head = new EbmlBuffer();
        head.Head(0x1F43B675, _buffer.Length);
        _file.Write(head.Written);
        _file.Write(_buffer.Written);
        _buffer.Clear();
    }

    private void AddCue(int track, long tick)
    {
        _cuedCluster = _clusterTick;
        _cues.Master(0xBB, new EbmlBuffer().Unsigned(0xB3, (ulong)tick)
            .Master(0xB7, new EbmlBuffer().Unsigned(0xF7, (ulong)(track + 1)).Unsigned(0xF1, (ulong)(_file.Position - _segmentStart))));
    }

    private void Patch(long position, Action<EbmlBuffer> write, int skip)
    {
        var patch = new EbmlBuffer();
        write(patch);
        _file.Position = position;
        _file.Write(patch.Written[skip..]);
    }
}

/// <param name="CodecId">Matroska codec id, for example "V_MPEG4/ISO/AVC".</param>
internal sealed record MatroskaTrack(string Name, bool IsVideo, string CodecId, byte[] CodecPrivate, int Width, int Height, int Channels);
