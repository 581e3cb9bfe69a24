namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Writes a fragmented MP4 with one track front to back: an init segment before each run, then fragments (moof, mdat) that HLS and Media Source
/// Extensions take as byte ranges. Memory: one fragment.
/// </summary>
internal sealed class FragmentedMp4(string path, int timescale) : IDisposable
{
    /// <summary>A seek fetches from a key frame on; browsers send those seldom, so a fragment may begin without one.</summary>
    private const double MinSeconds = 1;
    private const double MaxSeconds = 4;
    private const int MaxBytes = 4 * 1024 * 1024;
    private const uint KeyFlags = 0x02000000;
    private const uint OtherFlags = 0x01010000;
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 18);
    private readonly List<Sample> _samples = [];
    private readonly List<Fragment> _fragments = [];
    private readonly BoxBuffer _head = new();
    private byte[] _data = new byte[256 * 1024];
    private int _dataLength;
    private long _indexAt;
    private int _indexLength;
    private long _keyStartTicks;
    private bool _isLastOpen;

    public IReadOnlyList<Fragment> Fragments => _fragments;
    public int Timescale => timescale;

    /// <summary>Ends what is open and writes an init segment; the next sample begins a run. Returns where it lies.</summary>
    /// <param name="ticks">Time of the run's first sample: until then the last one of the run before is shown.</param>
    public (long Offset, int Length) BeginRun(ReadOnlySpan<byte> init, long ticks)
    {
        EndSample(ticks);
        Flush();
        var at = _file.Position;
        _file.Write(init);
        return (at, init.Length);
    }

    /// <summary>Keeps room for a segment index behind the init segment, so that a player can seek in the file without a playlist.</summary>
    public void ReserveIndex(int maxFragments)
    {
        (_indexAt, _indexLength) = (_file.Position, 40 + 12 * maxFragments + 8);
        _file.Write(new byte[_indexLength]);
    }

    /// <param name="ticks">Decoding and presentation time; greater than the sample's before.</param>
    public void Add(long ticks, bool isKey, ReadOnlySpan<byte> bytes)
    {
        EndSample(ticks);
        if (_samples.Count > 0 && IsFull(ticks, isKey, bytes.Length))
            Flush();
        if (_dataLength + bytes.Length > _data.Length)
            Array.Resize(ref _data, Math.Max(_dataLength + bytes.Length, _data.Length * 2));
        bytes.CopyTo(_data.AsSpan(_dataLength));
        _dataLength += bytes.Length;
        if (_samples.Count == 0 && isKey)
            _keyStartTicks = ticks;
        _samples.Add(new Sample(ticks, 0, bytes.Length, isKey));
        _isLastOpen = true;
    }

    /// <param name="endTicks">End of the last sample.</param>
    public void Finish(long endTicks)
    {
        EndSample(endTicks);
        Flush();
        if (_indexLength > 0)
            WriteIndex();
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Where every sample is a key (sound), only length counts.</summary>
    private bool IsFull(long ticks, bool isKey, int next)
    {
        if (ticks - _samples[0].Ticks >= MaxSeconds * timescale || _dataLength + next > MaxBytes)
            return true;
        return isKey && !_samples[^1].IsKey && ticks - _keyStartTicks >= MinSeconds * timescale;
    }

    private void EndSample(long ticks)
    {
        if (!_isLastOpen)
            return;
        _samples[^1] = _samples[^1] with { Duration = Math.Max(1, ticks - _samples[^1].Ticks) };
        _isLastOpen = false;
    }

    private void Flush()
    {
        if (_samples.Count == 0)
            return;
        var (first, last) = (_samples[0], _samples[^1]);
        WriteHead();
        var at = _file.Position;
        _file.Write(_head.Written);
        _file.Write(_data.AsSpan(0, _dataLength));
        _fragments.Add(new Fragment(at, (int)(_file.Position - at), first.Ticks, last.Ticks + last.Duration - first.Ticks, first.IsKey));
        _samples.Clear();
        _dataLength = 0;
    }

    private void WriteHead()
    {
        _head.Clear();
        var fragment = _head.Open("moof"u8);
        var head = _head.Open("mfhd"u8, 0, 0);
        _head.U32(_fragments.Count + 1);
        _head.Close(head);
        var track = _head.Open("traf"u8);
        var trackHead = _head.Open("tfhd"u8, 0, 0x020000);
        _head.U32(1);
        _head.Close(trackHead);
        var time = _head.Open("tfdt"u8, 1, 0);
        _head.U64(_samples[0].Ticks);
        _head.Close(time);
        // Data offset; duration, size and flags of each sample.
        var run = _head.Open("trun"u8, 0, 0x000701);
        var dataOffsetAt = _head.U32(_samples.Count).U32(0).Length - 4;
        foreach (var sample in _samples)
            _head.U32(sample.Duration).U32(sample.Size).U32(sample.IsKey ? KeyFlags : OtherFlags);
        _head.Close(run);
        _head.Close(track);
        _head.Close(fragment);
        _head.Patch(dataOffsetAt, (uint)_head.Length + 8);
        _head.U32(8 + _dataLength).Bytes("mdat"u8);
    }

    /// <summary>Segment Index Box (§8.16.3) over all fragments; the rest of the room becomes a free box.</summary>
    private void WriteIndex()
    {
        var index = new BoxBuffer();
        // More fragments than room: a player then has to read the playlist, or the file from its beginning.
        if (_indexLength >= 40 + 12 * _fragments.Count + 8 && _fragments.Count > 0)
        {
            var box = index.Open("sidx"u8, 1, 0);
            index.U32(1).U32(timescale).U64(_fragments[0].Ticks).U64(_indexLength - 40 - 12 * _fragments.Count).U16(0).U16(_fragments.Count);
            foreach (var fragment in _fragments)
                index.U32(fragment.Length).U32(fragment.Duration).U32(0x90000000);
            index.Close(box);
        }

        index.U32(_indexLength - index.Length).Bytes("free"u8);
        _file.Position = _indexAt;
        _file.Write(index.Written);
        _file.Seek(0, SeekOrigin.End);
    }

    private readonly record struct Sample(long Ticks, long Duration, int Size, bool IsKey);
}

/// <param name="Ticks">Time of its first sample.</param>
/// <param name="StartsWithKey">A decoder can begin here.</param>
internal readonly record struct Fragment(long Offset, int Length, long Ticks, long Duration, bool StartsWithKey);
