using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>
/// The addresses and fragments one peer occupies in the directory, kept in step with its ICE agent, and the path its packets
/// leave on.
/// </summary>
internal sealed class PeerPaths(PeerDirectory directory, PeerConnection peer, IceLiteAgent ice)
{
    private readonly List<NetworkPath> _validated = new(4);
    private ulong _currentUfrag;
    private ulong _previousUfrag;
    private bool _isNominated;

    /// <summary>The nominated path; before the nomination the one DTLS came on.</summary>
    public NetworkPath Send { get; private set; }

    public void OnCheck(in NetworkPath path, IceCheckOutcome outcome)
    {
        if (outcome is IceCheckOutcome.Validated or IceCheckOutcome.Selected && !_validated.Contains(path))
        {
            RemoveForgotten();
            _validated.Add(path);
            directory.AddPath(path, peer);
        }

        if (outcome != IceCheckOutcome.Selected)
            return;
        Send = path;
        _isNominated = true;
        OnGenerationsChanged();
    }

    public void UseUntilNominated(in NetworkPath path)
    {
        if (!_isNominated)
            Send = path;
    }

    public void OnLost(in IcePath path)
    {
        for (var i = _validated.Count - 1; i >= 0; i--)
        {
            if (_validated[i].Ice == path)
                _validated.RemoveAt(i);
        }
    }

    /// <summary>After a restart began or an old generation ended: whose checks are ours, and which addresses.</summary>
    public void OnGenerationsChanged()
    {
        Replace(ref _currentUfrag, ice.CurrentUfragKey, alsoUsed: ice.PreviousUfragKey);
        Replace(ref _previousUfrag, ice.PreviousUfragKey, alsoUsed: ice.CurrentUfragKey);
        RemoveForgotten();
    }

    public void Clear()
    {
        for (var i = _validated.Count - 1; i >= 0; i--)
            Remove(i);
        directory.RemoveUfrag(_currentUfrag);
        directory.RemoveUfrag(_previousUfrag);
        Send = default;
    }

    private void Replace(ref ulong held, ulong key, ulong alsoUsed)
    {
        if (held == key)
            return;
        if (held != 0 && held != alsoUsed)
            directory.RemoveUfrag(held);
        held = key;
        if (key != 0)
            directory.AddUfrag(key, peer);
    }

    private void RemoveForgotten()
    {
        for (var i = _validated.Count - 1; i >= 0; i--)
        {
            if (!ice.IsValidated(_validated[i].Ice))
                Remove(i);
        }
    }

    /// <summary>A TCP connection serves one peer: it goes with its path.</summary>
    private void Remove(int index)
    {
        var path = _validated[index];
        _validated.RemoveAt(index);
        directory.RemovePath(path.Ice, peer);
        (path.Channel as TcpChannel)?.Close();
    }
}
