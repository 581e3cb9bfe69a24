namespace AfterSales.Video.Rtc.Ice;

/// <summary>
/// The validated paths of one peer, bounded. Which nominated path wins: the higher Chromium nomination, else the higher
/// priority (aggressive nomination nominates many), else the newcomer when the selected one was not nominated again lately
/// (the remote side changed its mind without a restart, as Chromium does between networks).
/// </summary>
internal sealed class IcePathTable
{
    /// <summary>A phone has Wi-Fi, cellular and TCP, both families; a NAT that rebinds adds one at a time.</summary>
    public const int Capacity = 16;

    private const long NominationStaleNs = 1_000_000_000;
    private readonly Entry[] _entries = new Entry[Capacity];
    private int _count;
    private int _selected = -1;

    public bool HasSelected => _selected >= 0;

    public IcePath Selected => _selected >= 0 ? _entries[_selected].Path : default;

    public long SelectedCheckNs => _selected >= 0 ? _entries[_selected].CheckNs : 0;

    public bool Contains(in IcePath path) => IndexOf(path) >= 0;

    /// <summary>Notes a valid check. True when the path is new; the path longest silent makes room.</summary>
    public bool Touch(in IcePath path, IceLiteAgent.Generation generation, long nowNs)
    {
        var index = IndexOf(path);
        var isNew = index < 0;
        if (isNew)
        {
            index = _count < Capacity ? _count++ : LongestSilent();
            _entries[index] = new Entry { Path = path };
        }

        _entries[index].CheckNs = nowNs;
        _entries[index].Generation = generation;
        return isNew;
    }

    /// <summary>True when the selection changed to this path.</summary>
    public bool Nominate(in IcePath path, uint priority, uint nomination, long nowNs, bool force)
    {
        var index = IndexOf(path);
        ref var entry = ref _entries[index];
        entry.NominatedNs = nowNs;
        entry.Priority = priority;
        entry.Nomination = Math.Max(entry.Nomination, nomination);
        if (index == _selected)
        {
            return force;
        }

        if (_selected >= 0 && !force && !Beats(entry, _entries[_selected], nowNs))
        {
            return false;
        }

        _selected = index;
        return true;
    }

    /// <summary>Forgets the paths that only an older generation validated.</summary>
    public void RemoveBefore(IceLiteAgent.Generation generation)
    {
        var selected = Selected;
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_entries[i].Generation == generation || i == _selected)
            {
                _entries[kept++] = _entries[i];
            }
        }

        _count = kept;
        _selected = _selected < 0 ? -1 : IndexOf(selected);
    }

    private static bool Beats(in Entry entry, in Entry selected, long nowNs) =>
        entry.Nomination != selected.Nomination
            ? entry.Nomination > selected.Nomination
            : entry.Priority > selected.Priority || nowNs - selected.NominatedNs > NominationStaleNs;

    private int IndexOf(in IcePath path)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_entries[i].Path == path)
            {
                return i;
            }
        }

        return -1;
    }

    private int LongestSilent()
    {
        var oldest = _selected == 0 ? 1 : 0;
        for (var i = 0; i < _count; i++)
        {
            if (i != _selected && _entries[i].CheckNs < _entries[oldest].CheckNs)
            {
                oldest = i;
            }
        }

        return oldest;
    }

    private struct Entry
    {
        public IcePath Path;
        public IceLiteAgent.Generation? Generation;
        public long CheckNs;
        public long NominatedNs;
        public uint Priority;
        public uint Nomination;
    }
}
