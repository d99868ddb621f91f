"""Scrapy settings of the project; each with the reason for its value where it is not Scrapy's own."""

from portal_crawler import __version__

BOT_NAME = "portal_crawler"
SPIDER_MODULES = ["portal_crawler.spiders"]
# Scrapy's `crawl` exits with 0 whatever became of the crawl.
COMMANDS_MODULE = "portal_crawler.commands"

# Manners: who we are, one request at a time and a second apart for each host, robots.txt by our own middleware
# (Scrapy's crawls on when robots.txt answers 503).
USER_AGENT = f"portal-crawler/{__version__} (archive of provincial news portals; polite: 1 request a second)"
ROBOTSTXT_OBEY = False
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 16
SCHEDULER_PRIORITY_QUEUE = "portal_crawler.middlewares.patience.PatientQueue"
# Portals need no session, and a cookie kept is a cookie that may cross hosts; walls have a middleware of their own.
COOKIES_ENABLED = False
# No listening socket while a crawl runs: both would take commands.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.3",
    # What the archive can decode again; Scrapy would offer more.
    "Accept-Encoding": "gzip, deflate",
}

# Who is not who the address says is not read as it; a profile's `lenient_tls` takes what an old host has.
DOWNLOAD_VERIFY_CERTIFICATES = True

# Bounds: a news page is below these by far, also one of 20 MB with its pictures written into it; Scrapy's default
# of 1 GiB is not.
DOWNLOAD_TIMEOUT = 40
DOWNLOAD_MAXSIZE = 24 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
# A body cut short is an error to be tried again, not a shorter article.
DOWNLOAD_FAIL_ON_DATALOSS = True
DNS_TIMEOUT = 20
TWISTED_DNS_RESOLVER = "portal_crawler.middlewares.addresses.GuardedResolver"
REDIRECT_MAX_TIMES = 8
# It would decode every page by Scrapy's guess, only to look for a redirect.
METAREFRESH_ENABLED = False
RETRY_TIMES = 3
# A page that hangs is asked for again by the next run; waiting for it over and over would hold up all the others.
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
    "twisted.internet.error.ConnectionDone",
    "twisted.internet.error.ConnectError",
    "twisted.internet.error.ConnectionLost",
    OSError,
]
RETRY_HTTP_CODES = [429, 500, 502, 503, 504, 522, 524, 408]

# Two settings that double Scrapy 2.19's ceiling: 100 items at once start 100 tasks a response, and the warning
# re-parses the callback's source on every response.
CONCURRENT_ITEMS = 1
WARN_ON_GENERATOR_RETURN_VALUE = False
LOG_LEVEL = "WARNING"
LOGSTATS_INTERVAL = 0
REFERER_ENABLED = True
# What Scrapy counts is asked for by nobody: a run's figures are the session's.
DOWNLOADER_STATS = False

# Each layer costs every page a generator. What these keep out, the spider judges and the ledger says.
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "portal_crawler.middlewares.addresses.AddressGuard": 20,
    # Above robots.txt, which a host that wants to be left alone is not asked for, either.
    "portal_crawler.middlewares.patience.PatienceMiddleware": 50,
    "portal_crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "portal_crawler.middlewares.retry.PatientRetryMiddleware": 550,
    "portal_crawler.middlewares.whole.WholeBodyMiddleware": 585,
    "portal_crawler.middlewares.cookies.WallCookieMiddleware": 700,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "portal_crawler.middlewares.layers.LayersMiddleware": 590,
    # Just below decompression, for the bytes that it is about to unpack.
    "portal_crawler.middlewares.charset.CharsetMiddleware": 595,
    # Below redirect, retry and decompression: it sees every response as it came.
    "portal_crawler.middlewares.capture.CaptureMiddleware": 890,
}
ITEM_PIPELINES = {
    "portal_crawler.pipelines.extract.ExtractPipeline": 100,
    "portal_crawler.pipelines.template.TemplatePipeline": 200,
    "portal_crawler.pipelines.check.CheckPipeline": 300,
    "portal_crawler.pipelines.store.StorePipeline": 400,
}
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": None,
    "scrapy.extensions.logcount.LogCount": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "portal_crawler.extensions.keeper.Keeper": 0,
}

# Where a crawl by `scrapy crawl portal` stores; the command line sets its own.
PORTAL_CRAWLER_DB = "data/portal.db"
PORTAL_CRAWLER_ARCHIVE = "data/archive"
PORTAL_CRAWLER_ALLOW_PRIVATE = False
